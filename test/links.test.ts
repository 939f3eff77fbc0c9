import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'

const folders = ['docs', 'packages', 'apps', 'infra', 'examples', '.github']

/** Pages below a folder, without those of installed packages, and changelogs. */
function pagesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return ['node_modules', 'dist'].includes(entry.name) ? [] : pagesBelow(path)
    return path.endsWith('.md') && entry.name !== 'CHANGELOG.md' ? [path] : []
  })
}

const atTop = readdirSync('.').filter((name) => name.endsWith('.md'))
const pages = [...atTop, ...folders.filter((folder) => existsSync(folder)).flatMap(pagesBelow)]

/** A page without its code, in which brackets are no links. */
function proseOf(page: string): string {
  return readFileSync(page, 'utf8')
    .replace(/^```[\s\S]*?^```/gm, '')
    .replace(/`[^`\n]*`/g, (code) => (code.includes('](') ? '' : code))
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): Set<string> {
  const headings = [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, text = '']) => text)
  return new Set(
    headings.map((text) =>
      text
        .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}

test.each(pages)('the links of %s lead to files and headings that are there', (page) => {
  const links = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
  const broken = links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false // of another site
    const [path = '', anchor] = link.split('#')
    const target = path === '' ? page : normalize(join(dirname(page), decodeURIComponent(path)))
    if (!existsSync(target)) return true
    if (anchor === undefined) return false
    return !statSync(target).isFile() || !anchorsOf(target).has(anchor)
  })
  expect(broken).toEqual([])
})
