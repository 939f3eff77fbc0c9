/** A wrong option, setting or call. The message says what was expected, what came and how to fix it. */
export class UsageError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'UsageError'
  }
}
