/** HTML that is part of a page as it is. */
export interface Markup {
  readonly markup: string
}

type Part = Markup | string | number | bigint | undefined | readonly Part[]

/** Template tag for HTML: texts and numbers are escaped, markup and lists of it go in as they are, undefined is nothing. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { markup: texts.reduce((whole, text, index) => whole + markupOf(parts[index - 1]) + text) }
}

/** Text as it stands in an element or a quoted attribute. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** A value as JSON that an element `<script>` can hold: no text in it can end the element. */
export function jsonMarkup(value: unknown): Markup {
  return { markup: JSON.stringify(value).replaceAll('<', '\\u003c') }
}

function markupOf(part: Part): string {
  if (part === undefined) return ''
  if (Array.isArray(part)) return part.map(markupOf).join('')
  return typeof part === 'object' ? (part as Markup).markup : escapeHtml(String(part))
}
