// What npm users get: packs every package, checks the tarballs with publint and attw, installs them in an empty folder
// outside the repository, and there compiles and runs every TypeScript example of the READMEs and of docs/config.md, `import`,
// and the programs in examples/, `require`, the bin, and a config file that lies outside any project. Needs a build. Prints one line
// per check.
import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

const repository = process.cwd()
const npmCli =
  process.env.npm_execpath ?? join(process.execPath, '..', 'node_modules', 'npm', 'bin', 'npm-cli.js')
const folders = [
  ...readdirSync('packages').map((name) => join('packages', name)),
  'infra',
  join('apps', 'cli'),
]
const work = mkdtempSync(join(tmpdir(), 'minilake-packages-'))
let failed = 0

const run = (command, args, cwd = work) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: 'pipe', maxBuffer: 1e8 })
const node = (args, cwd) => run(process.execPath, args, cwd)
const npm = (args, cwd) => node([npmCli, ...args], cwd)
const tool = (name, file) => join(repository, 'node_modules', name, file)

function check(name, work) {
  try {
    work()
    console.log(`ok      ${name}`)
  } catch (error) {
    failed += 1
    console.log(
      `failed  ${name}\n${error.stdout ?? ''}${error.stderr ?? ''}${error.stdout ? '' : error.stack}`,
    )
  }
}

function expectText(text, pattern) {
  if (!pattern.test(text)) throw new Error(`expected ${pattern}, got:\n${text}`)
}

try {
  const tarballs = folders.map((folder) => {
    const [{ filename }] = JSON.parse(
      npm(['pack', '--json', '--pack-destination', work], join(repository, folder)),
    )
    return { folder, tarball: join(work, filename) }
  })
  for (const { folder, tarball } of tarballs) {
    const name = basename(folder)
    check(`publint ${name}`, () =>
      node([tool('publint', 'src/cli.js'), '--strict', '--level', 'warning', tarball]),
    )
    check(`types of ${name} (attw)`, () =>
      node([tool('@arethetypeswrong/cli', 'dist/index.js'), '--profile', 'esm-only', '--no-color', tarball]),
    )
  }

  const consumer = join(work, 'consumer')
  mkdirSync(consumer)
  writeFileSync(
    join(consumer, 'package.json'),
    JSON.stringify({ name: 'consumer', private: true, type: 'module' }),
  )
  const names = folders.map((folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')))
  // Optional peers are what a user installs for a subpath that needs them.
  const peers = names.flatMap(({ peerDependencies = {} }) =>
    Object.entries(peerDependencies).map(([name, range]) => `${name}@${range}`),
  )
  npm(['install', '--no-audit', '--no-fund', ...tarballs.map(({ tarball }) => tarball), ...peers], consumer)

  const entries = names.flatMap(({ name, exports }) =>
    Object.keys(exports)
      .filter((path) => !path.endsWith('.json'))
      .map((path) => name + path.slice(1)),
  )
  for (const entry of entries) {
    check(`import ${entry}`, () => node(['--input-type=module', '-e', `await import('${entry}')`], consumer))
    check(`require ${entry}`, () => node(['--input-type=commonjs', '-e', `require('${entry}')`], consumer))
  }

  const examples = [
    'README.md',
    join('docs', 'config.md'),
    ...folders.map((folder) => join(folder, 'README.md')),
  ].flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/^```ts\r?\n([\s\S]*?)^```/gm)].map(([, code], index) => ({
      title: `example ${index + 1} of ${page}`,
      file: `${page.replace(/\W+/g, '-')}-${index + 1}`,
      code,
    })),
  )
  writeFileSync(
    join(consumer, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        target: 'es2023',
        module: 'nodenext',
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        outDir: 'compiled',
        rootDir: '.',
        typeRoots: [join(repository, 'node_modules', '@types')],
        types: ['node'],
      },
      include: ['*.ts'],
    }),
  )
  for (const { file, code } of examples) writeFileSync(join(consumer, `${file}.ts`), `${code}\nexport {}\n`)
  const programs = ['own-table', 'query-s3', 'alarm-watcher']
  for (const name of programs)
    copyFileSync(join('examples', name, `${name}.ts`), join(consumer, `${name}.ts`))
  check('examples compile, strictly', () => node([tool('typescript', 'lib/tsc.js'), '-p', consumer]))
  for (const { title, file } of examples) {
    const folder = join(consumer, 'compiled', file)
    mkdirSync(folder, { recursive: true })
    check(title, () => node([join(consumer, 'compiled', `${file}.js`)], folder))
  }

  const bin = join(consumer, 'node_modules', 'minilake', 'bin', 'minilake.js')
  const program = (name, args) => {
    const folder = join(consumer, 'compiled', name)
    mkdirSync(folder, { recursive: true })
    return node([join(consumer, 'compiled', `${name}.js`), ...args], folder)
  }
  check('examples/own-table', () => {
    const output = program('own-table', [])
    expectText(
      output,
      /^wrote 180 rows to greenhouse\/event_date=2026-03-01\/write-\w+\.parquet\nimported 2 rows\n/,
    )
    expectText(output, /^2026-03-01T00:00:00\.000Z [\d.]+ 54?\.?\d*/m)
  })
  check('examples/alarm-watcher', () => {
    const folder = join(consumer, 'compiled', 'alarm-watcher')
    mkdirSync(folder, { recursive: true })
    node([bin, 'generate', '--days', '1', '--quiet'], folder)
    expectText(
      program('alarm-watcher', ['6']),
      /^(2026-01-01T\S+ to \S+: 1[5-9]\d\.\d at most\n)+1 files published, \d+ alarms\n$/,
    )
  })
  const outside = join(work, 'outside')
  mkdirSync(outside)
  check('bin: version', () => expectText(node([bin, '--version'], outside), /^\d+\.\d+\.\d+\n$/))
  check('bin: demo', () => expectText(node([bin, 'demo', '--quiet'], outside), /agree with the truth/))
  check('bin: a TypeScript config outside any project', () => {
    writeFileSync(
      join(outside, 'minilake.config.ts'),
      `import { defineLake, defineTable } from '@minilake/schema'
const turbine = defineTable({ name: 'turbine', columns: { event_timestamp: { type: 'timestamp' as const } } })
export default defineLake({ tables: [turbine] })`,
    )
    expectText(node([bin, 'status'], outside), /^turbine /m)
  })
  check('bin: init, then status with the config it wrote', () => {
    const fresh = join(work, 'fresh')
    mkdirSync(fresh)
    node([bin, 'init'], fresh)
    expectText(node([bin, 'status'], fresh), /^turbine /m)
  })
  check("bin: the README's config, and readings imported into its table", () => {
    const own = join(work, 'own')
    mkdirSync(own)
    const [config] = /(?<=^```ts\n)[^`]*^export default defineLake[^`]*/m.exec(
      readFileSync('README.md', 'utf8'),
    )
    writeFileSync(join(own, 'minilake.config.ts'), config)
    writeFileSync(
      join(own, 'turbine.csv'),
      'Event_Timestamp;Power\n2026-01-02T00:30:00Z;3\n2026-01-01T12:00:00+02:00;1.5\n2026-01-01T10:30:00Z;2.5\n',
    )
    node([bin, 'import', 'turbine.csv', '--table', 'turbine'], own)
    expectText(
      node([bin, 'query', 'hourly', '--table', 'turbine', '--format', 'csv'], own),
      /^hour,avg_power\n2026-01-01T10:00:00.000Z,2\n2026-01-02T00:00:00.000Z,3\n$/,
    )
  })
} finally {
  rmSync(work, { recursive: true, force: true })
}
console.log(failed === 0 ? 'packages: all checks passed' : `packages: ${failed} checks failed`)
process.exitCode = failed === 0 ? 0 : 1
