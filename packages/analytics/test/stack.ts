import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    stack: { trino: string }
  }
}

/** The running stack that the stack tests are given. */
export const stack = inject('stack')
