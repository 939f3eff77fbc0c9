import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pagedFinder } from '../../src/s3/read/paged-finder.js'

const stored = (key: string) => ({ key, size: 1, etag: () => Promise.resolve('1') })
const sorted = (keys: readonly string[]) =>
  [...new Set(keys)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))

/** A store with these keys that counts its requests. `ignoresAfter`: it lists every folder from its start. */
function storeOf(keys: readonly string[], { pageSize = 1000, ignoresAfter = false } = {}) {
  const held = sorted(keys)
  const asked: ('find' | 'page')[] = []
  const find = pagedFinder({
    find: async (key) => {
      asked.push('find')
      return Promise.resolve(held.includes(key) ? stored(key) : undefined)
    },
    listPage: async ({ folder, after }) => {
      asked.push('page')
      const inFolder = held.filter((key) => key.startsWith(folder))
      const isAfter = (key: string) => Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0
      const found = ignoresAfter ? inFolder : inFolder.filter(isAfter)
      const objects = found.slice(0, pageSize).map(stored)
      return Promise.resolve({ objects, isTruncated: found.length > pageSize })
    },
  })
  return { find, asked, count: (what: string) => asked.filter((each) => each === what).length }
}

const numbered = (count: number, name: (number: string) => string) =>
  Array.from({ length: count }, (_, index) => name(String(index).padStart(5, '0')))

describe('pagedFinder', () => {
  it.each([100, 10_000])('finds one key beside %i others with one page', async (count) => {
    const { find, asked } = storeOf(numbered(count, (number) => `pump/${number}`))
    expect(await find('pump/00050')).toMatchObject({ key: 'pump/00050' })
    expect(await find('pump/00050-new')).toBeUndefined()
    expect(asked).toEqual(['page'])
  })

  it('lists each page once for keys that are all there', async () => {
    const keys = numbered(5000, (number) => `pump/${number}`)
    const { find, asked } = storeOf(keys)
    for (const key of keys) expect(await find(key)).toMatchObject({ key })
    expect(asked).toEqual(Array.from({ length: 5 }, () => 'page'))
  })

  it('finds keys one by one if there are pages of others between them', async () => {
    const keys = numbered(20_000, (number) => `pump/${number}`)
    const { find, count } = storeOf(keys, { pageSize: 20 })
    const wanted = keys.filter((_, index) => index % 100 === 0)
    for (const key of wanted) expect(await find(key)).toMatchObject({ key })
    expect(count('find')).toBeGreaterThan(180)
    expect(count('page')).toBeLessThan(8)
  })

  it('lists again once the keys are close together', async () => {
    const keys = numbered(20_000, (number) => `pump/${number}`)
    const { find, asked } = storeOf(keys, { pageSize: 500 })
    const far = keys.slice(0, 10_000).filter((_, index) => index % 1000 === 0)
    for (const key of [...far, ...keys.slice(10_000)]) await find(key)
    expect(asked.length).toBeLessThan(10 + 30 + 20)
  })

  it('has one page per top-level folder, for keys that alternate between two', async () => {
    const keys = numbered(100, (number) => number).flatMap((name) => [`pump/${name}`, `_truth/pump/${name}`])
    const { find, asked } = storeOf(keys)
    for (const key of keys) expect(await find(key)).toMatchObject({ key })
    expect(asked).toEqual(['page', 'page'])
  })

  it('sends one request for keys that are looked up at once', async () => {
    const keys = numbered(50, (number) => `pump/${number}`)
    const { find, asked } = storeOf(keys)
    const found = await Promise.all(keys.map(find))
    expect(found.map((object) => object?.key)).toEqual(keys)
    expect(asked).toEqual(['page'])
  })

  it('does not take a key for missing that the page starts after', async () => {
    const { find } = storeOf(['pump/a', 'pump/ab'])
    for (const key of ['pump/ab', 'pump/a']) expect(await find(key)).toMatchObject({ key })
  })

  it('rejects if the store cannot list', async () => {
    const find = pagedFinder({
      find: () => Promise.resolve(undefined),
      listPage: () => Promise.reject(new Error('no bucket')),
    })
    await expect(Promise.all([find('a'), find('b')])).rejects.toThrow('no bucket')
  })

  it('finds existing keys in any order, even in stores that ignore where a page should start', async () => {
    const key = fc.stringMatching(/^(a|b\/)?[a-cｚ𝄞]{1,3}$/u)
    const property = fc.asyncProperty(
      ...[fc.array(key), fc.array(key), fc.integer({ min: 1, max: 5 }), fc.boolean(), fc.boolean()],
      async (held, wanted, pageSize, ignoresAfter, isAtOnce) => {
        const { find, asked } = storeOf(held, { pageSize, ignoresAfter })
        const found = isAtOnce ? await Promise.all(wanted.map(find)) : []
        if (!isAtOnce) for (const each of wanted) found.push(await find(each))
        expect(found.map((object) => object?.key)).toEqual(
          wanted.map((each) => (held.includes(each) ? each : undefined)),
        )
        expect(asked.length).toBeLessThanOrEqual(2 * wanted.length)
      },
    )
    await fc.assert(property)
  })
})
