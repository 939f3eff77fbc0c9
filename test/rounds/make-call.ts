import type { Lake } from '../../packages/lake/src/index.js'
import type { Call } from './step.js'
import type { Refusal } from './readings-model.js'

/** What came of a call: the ID of the import that it put in, or how it was refused. */
export interface Outcome {
  importId: string
  refusal: Refusal | undefined
}

type Method = (...args: readonly unknown[]) => Promise<{ importId?: string }>

/** Makes a call. Rejects with an error that is no refusal. */
export async function makeCall(lake: Lake, { method, args }: Call): Promise<Outcome> {
  try {
    const methods = lake as unknown as Record<Call['method'], Method>
    const { importId = '' } = await methods[method](...args)
    return { importId, refusal: undefined }
  } catch (error) {
    return { importId: '', refusal: refusalOf(error) }
  }
}

function refusalOf(error: unknown): Refusal {
  const text = String(error)
  if (text.includes('rows of other imports')) return 'merged'
  throw error
}
