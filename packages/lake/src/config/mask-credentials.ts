/** A text without credentials: a URL's user info becomes `***`, as in `https://***@host/`; other texts are unchanged. */
export function maskCredentials(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1***@')
}
