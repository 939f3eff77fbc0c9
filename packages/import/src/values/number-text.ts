import { quoteLiteral } from '@minilake/schema'

/** How numbers are written in texts. */
export interface NumberOptions {
  /** Separates the decimals of numbers in texts: `.` or `,`. Default `.`. */
  decimal?: string
  /** Separates groups of three digits in texts: `.`, `,`, `'` or a blank. Default: none, and such numbers are bad. */
  thousands?: string
}

/** SQL that reads numbers with separators of their own. */
export interface NumberTexts {
  /** The text with a decimal point and without separators of thousands. */
  readonly plain: (text: string) => string
  /** Whether a text is a number written like that. */
  readonly isNumber: (text: string) => string
  /** Whether a text is a whole number written like that. */
  readonly isWhole: (text: string) => string
  /** For messages: `with a decimal comma`. */
  readonly text: string
}

/** How to read numbers; undefined if they are written with a decimal point and nothing else. Throws a RangeError for impossible separators. */
export function numberTexts({ decimal = '.', thousands }: NumberOptions): NumberTexts | undefined {
  if (decimal !== '.' && decimal !== ',')
    throw new RangeError(`\`decimal\` expected . or , got ${JSON.stringify(decimal)}`)
  if (thousands !== undefined && !/^[.,' \u00a0\u202f]$/.test(thousands))
    throw new RangeError(`\`thousands\` expected . or , or ' or a blank, got ${JSON.stringify(thousands)}`)
  if (decimal === thousands) {
    throw new RangeError(
      `\`thousands\` expected another character than \`decimal\`, got ${thousands} for both`,
    )
  }
  if (decimal === '.' && thousands === undefined) return undefined
  const point = `\\${decimal}`
  const whole = thousands === undefined ? '\\d+' : `(\\d+|\\d{1,3}([${thousands}]\\d{3})+)`
  const full = (text: string, form: string) => `regexp_full_match(trim(${text}), ${quoteLiteral(form)})`
  return {
    plain: (text) => {
      const grouped = thousands === undefined ? text : `replace(${text}, ${quoteLiteral(thousands)}, '')`
      return decimal === '.' ? grouped : `replace(${grouped}, ',', '.')`
    },
    isNumber: (text) =>
      full(text, `(?i)[+-]?((${whole}(${point}\\d*)?|${point}\\d+)(e[+-]?\\d+)?|nan|inf|infinity)`),
    isWhole: (text) => full(text, `[+-]?${whole}(${point}0*)?`),
    text: [
      decimal === ',' ? 'with a decimal comma' : 'with a decimal point',
      ...(thousands === undefined ? [] : [`and ${JSON.stringify(thousands)} between thousands`]),
    ].join(' '),
  }
}
