import { normalize } from 'node:path'
import { lakeLocation } from '@minilake/schema'
import { z } from 'zod'

/** A folder, normalised, without a trailing slash. */
export const folderPath = z
  .string()
  .refine((path) => path.trim() !== '', 'Expected a folder, got nothing.')
  .transform((path) => normalize(path).replace(/(?<=.)[\\/]$/, ''))

/** The URL of a bucket or of a folder in it, with a trailing slash. */
export const locationUrl = z
  .string()
  .regex(
    /^[a-z][a-z0-9+.-]*:\/\/[^\s@]+$/i,
    `Expected the URL of a bucket or of a folder in it, without a user, such as ${lakeLocation}.`,
  )
  .transform((url) => (url.endsWith('/') ? url : `${url}/`))

/** The URL of a server, without a trailing slash. */
export const serverUrl = z
  .string()
  .regex(
    /^https?:\/\/[^\s/@?#]+\/?$/i,
    'Expected the URL of a server without path or user, such as http://127.0.0.1:8080.',
  )
  .transform((url) => url.replace(/\/$/, ''))

/** A text without spaces. */
export const word = z.string().regex(/^\S+$/, 'Expected a word, without spaces.')

/** An amount of memory with its unit, as DuckDB takes it. */
export const memoryText = z
  .string()
  .regex(
    /^(?=.*[1-9])\d+(\.\d+)?\s*([kmgt]i?)?b$/i,
    'Expected an amount of memory with its unit, such as 4GB.',
  )

/** A whole number from 1, as a text or a number; its value is a text. */
export const countText = z.preprocess(
  (value) => (typeof value === 'number' ? String(value) : value),
  z.string().regex(/^[1-9]\d{0,3}$/, 'Expected a whole number from 1 to 9999.'),
)

/** `true` or `false`, as a text or a boolean; its value is a text. */
export const switchText = z.preprocess(
  (value) => (typeof value === 'boolean' ? String(value) : value),
  z.enum(['true', 'false'], 'Allowed choices are true, false.'),
)

/** A text that must never be shown. */
export const secretText = z.string()

/** One of these words. */
export function oneOf<const Word extends string>(words: readonly Word[]) {
  return z.enum(words, `Allowed choices are ${words.join(', ')}.`)
}
