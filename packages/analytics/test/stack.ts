import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    stack: { trino: string }
  }
}

/** The running stack that the stack tests use. */
export const stack = inject('stack')
