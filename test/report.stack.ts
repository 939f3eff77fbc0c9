import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { windows } from '@minilake/analytics'
import { openLake } from '@minilake/lake'
import { reportPage } from '@minilake/report'
import { pumpDaily } from '@minilake/schema'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { browserProgram } from './clients/client-program.js'

let folder: string
let url: string
let browser: Browser
/** The greatest pressures, as the engine returns them; sums and averages may differ in their last digit from run to run. */
const greatest: (number | null)[] = []
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minilake-report-'))
  const lake = await openLake({ tables: [pumpDaily], cwd: folder })
  try {
    await lake.generate(pumpDaily, { from: '2026-01-01', days: 2, pumps: 3 }, { workers: 1 })
    await lake.ingest()
    const report = await lake.report(pumpDaily)
    const query = windows(pumpDaily, { every: report.every as '5m', select: { pressure: ['max'] } })
    for await (const { max_pressure } of lake.query(query)) greatest.push(max_pressure)
    const file = join(folder, 'report.html')
    await writeFile(file, reportPage(report, { madeAt: new Date() }))
    url = pathToFileURL(file).href
  } finally {
    await lake.close()
  }
  browser = await chromium.launch({
    executablePath: await browserProgram(),
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  })
}, 300_000)
afterAll(async () => {
  await browser?.close()
  await rm(folder, { recursive: true, force: true })
})

const looks = [390, 1440].flatMap((width) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ width, colorScheme })),
)

test.each(looks)('the report is drawn at $width pixels, $colorScheme', async ({ width, colorScheme }) => {
  const { page, trouble } = await openPage({ width, colorScheme })
  expect(await page.locator('canvas').count()).toBe(3)
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  await page.addScriptTag({ content: await axe() })
  const { violations } = await page.evaluate<{ violations: { id: string; impact: string }[] }>(
    'axe.run(document, { resultTypes: ["violations"] })',
  )
  expect(violations.filter(({ impact }) => ['serious', 'critical'].includes(impact))).toEqual([])
  expect(trouble).toEqual([])
  await page.close()
})

test('charts have the numbers of the engine, and zoom by key, button and mouse', async () => {
  const { page, trouble } = await openPage({ width: 1440, colorScheme: 'light' })
  const data = await page.evaluate<{ columns: { name: string; max: (number | null)[] }[] }>(
    'JSON.parse(document.getElementById("report-data").textContent)',
  )
  expect(data.columns[0]).toMatchObject({ name: 'pressure', max: greatest })

  const shown = page.locator('.zoom output')
  const whole = '2026-01-01 00:00 to 2026-01-03 00:00 UTC'
  expect(await shown.textContent()).toBe(whole)
  await page.locator('.chart').first().focus()
  await page.keyboard.press('+')
  expect(await shown.textContent()).toBe('2026-01-01 12:00 to 2026-01-02 12:00 UTC')
  await page.keyboard.press('ArrowLeft')
  expect(await shown.textContent()).toBe('2026-01-01 06:00 to 2026-01-02 06:00 UTC')
  await page.getByRole('button', { name: 'Show all' }).click()
  expect(await shown.textContent()).toBe(whole)

  const box = await page.locator('.u-over').first().boundingBox()
  if (!box) throw new Error('the chart has no area to drag over')
  await page.mouse.move(box.x + box.width / 4, box.y + 50)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width / 2, box.y + 60, { steps: 5 })
  await page.mouse.up()
  expect(await shown.textContent()).toMatch(/^2026-01-01 1[12]:\d\d to 2026-01-0(1 23:5\d|2 00:0\d) UTC$/)
  await page.mouse.dblclick(box.x + 20, box.y + 50)
  expect(await shown.textContent()).toBe(whole)
  expect(trouble).toEqual([])
  await page.close()
})

test('without JavaScript the tables are there', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  await page.goto(url)
  expect(await page.locator('noscript p').isVisible()).toBe(true)
  expect(await page.locator('.zoom').isVisible()).toBe(false)
  expect(await page.locator('table').count()).toBe(3)
  await context.close()
})

/** The report in a browser, and what goes wrong there: errors, and requests for anything but the file. */
async function openPage({
  width,
  colorScheme,
}: (typeof looks)[number]): Promise<{ page: Page; trouble: string[] }> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true })
  const trouble: string[] = []
  page.on('console', (message) => void (message.type() === 'error' && trouble.push(message.text())))
  page.on('pageerror', (error) => void trouble.push(error.message))
  page.on('request', (request) => {
    if (request.url() !== url && !request.url().startsWith('data:')) trouble.push(request.url())
  })
  await page.goto(url)
  return { page, trouble }
}

async function axe(): Promise<string> {
  return readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
}
