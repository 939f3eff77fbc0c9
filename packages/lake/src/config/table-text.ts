import type { FileDescription } from '@minilake/import'
import type { TableText } from './config-template.js'

/**
 * The definition of a table that a file fits, as TypeScript. What the file cannot tell is a comment to fill in; `given` values of `source`
 * take its place.
 */
export function tableText(
  { columns, time, source, open, leftOut }: FileDescription,
  {
    name,
    file,
    given = {},
  }: { name: string; file: string; given?: { zone?: string | undefined; timeFormat?: string | undefined } },
): TableText {
  const day = columns.some(({ name }) => name === 'event_date') ? 'reading_date' : 'event_date'
  const stated = Object.entries(given).filter(([, value]) => value !== undefined)
  const known = Object.entries({ ...source, ...Object.fromEntries(stated) })
  const unknown = open.filter(({ option }) => given[option] === undefined)
  const lines = [
    `const ${constant} = defineTable({`,
    `  name: ${quoted(name)},`,
    `  comment: ${quoted(`readings as in ${file}`)},`,
    '  columns: {',
    ...columns.map(
      ({ name, type, nullable }) => `    ${name}: { type: '${type}'${nullable ? ', nullable: true' : ''} },`,
    ),
    '  },',
    ...(time === undefined
      ? ['  // No column has a time in every row: without partitions, all rows are in one folder.']
      : [
          `  // One folder per UTC day, a column in SQL: WHERE ${day} = '2026-01-31' reads that day's files only.`,
          `  partitions: { ${day}: { from: '${time}', by: 'day' } },`,
          `  sortedBy: ['${time}'],`,
        ]),
    ...(leftOut.length > 0
      ? [`  // Left out, as no type of column holds their values: ${oneLine(leftOut.join(', '))}`]
      : []),
    '  // How the files are written, so that minilake import needs no flags.',
    '  source: {',
    ...known.map(([option, value]) => `    ${option}: ${literal(value)},`),
    ...unknown.map(
      ({ option, choices }) =>
        `    // ${option}: ${choices.map(quoted).join(' or ')}, // fill in, the file cannot tell: ${questions[option]}`,
    ),
    '  },',
    '})',
  ]
  return { name: constant, text: lines.join('\n') }
}

/** No table's name is used, as some are words of TypeScript. */
const constant = 'readings'

const questions = {
  zone: 'its times state no zone',
  timeFormat: 'its days are no greater than 12',
} as const

function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value === 'string') return quoted(value)
  if (typeof value !== 'object' || value === null) return String(value)
  return `{ ${Object.entries(value)
    .map(
      ([name, member]) =>
        `${/^[a-z_]\w*$/i.test(name) && name !== '__proto__' ? name : `[${quoted(name)}]`}: ${literal(member)}`,
    )
    .join(', ')} }`
}

/** A text as a literal on one line. */
function quoted(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'").replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`
}

function oneLine(text: string): string {
  return text.replace(/[\r\n\u2028\u2029]/g, ' ')
}
