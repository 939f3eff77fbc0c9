/** A part of the stack that is dead or frozen, with what to do. Its cause is the failure that led to the search, if there was one. */
export class PartDownError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'PartDownError'
  }
}
