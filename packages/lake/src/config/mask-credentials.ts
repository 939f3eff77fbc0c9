/** A text that can be shown: the user info of a URL as `***`, so `https://***@host/`; any other as it is. */
export function maskCredentials(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1***@')
}
