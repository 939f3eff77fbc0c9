import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chartsSection, chartData } from './charts-section.js'
import { bytesText, countText, timeText } from './display-text.js'
import { html, jsonMarkup, type Markup } from './html.js'
import { alarmsSection } from './alarms-section.js'
import { originSection } from './origin-section.js'
import type { Report } from './report.js'
import { sourcesSection } from './sources-section.js'

/**
 * A report as one HTML file that loads nothing else: a chart per numeric column with zoom, alarms, sources, and where the data came from.
 * Texts of the report are escaped. Without JavaScript the tables are there, the charts are not.
 */
export function reportPage(report: Report, { madeAt }: { madeAt: Date }): string {
  const { table, comment, location, engine, rows, first, last, days } = report
  const files = days.reduce((sum, day) => sum + day.files, 0)
  const bytes = days.reduce((sum, day) => sum + day.bytes, 0)
  const facts = [
    ['Readings', countText(rows, 'row')],
    ['From', first ? `${timeText(first)} UTC` : '–'],
    ['To', last ? `${timeText(last)} UTC` : '–'],
    ['Files', `${countText(files, 'file')}, ${bytesText(bytes)}`],
    ['Lake', location],
    ['Engine', engine],
  ]
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
        />
        <meta name="color-scheme" content="light dark" />
        <title>${table}: report</title>
        <link rel="icon" href="data:," />
        <style>
          ${chartLibrary('uPlot.min.css')}${asset('page.css')}
        </style>
      </head>
      <body>
        <header>
          <h1>${table}</h1>
          ${comment === undefined ? undefined : html`<p>${comment}</p>`}
          <dl class="facts">
            ${facts.map(
              ([name, value]) =>
                html`<div>
                  <dt>${name}</dt>
                  <dd>${value}</dd>
                </div>`,
            )}
          </dl>
        </header>
        <main>
          ${rows === 0n ? html`<p class="notice">No readings in this range.</p>` : undefined}
          ${chartsSection(report)} ${alarmsSection(report)} ${sourcesSection(report)} ${originSection(report)}
        </main>
        <footer>Made by minilake on ${timeText(madeAt)} UTC. All times are UTC.</footer>
        <script type="application/json" id="report-data">
          ${jsonMarkup(chartData(report))}
        </script>
        <script>
          ${chartLibrary('uPlot.iife.min.js')}
        </script>
        <script>
          ${asset('page.js')}
        </script>
      </body>
    </html> `
  return page.markup
}

function asset(name: string): Markup {
  return { markup: readFileSync(new URL(`../assets/${name}`, import.meta.url), 'utf8') }
}

function chartLibrary(name: string): Markup {
  return { markup: readFileSync(createRequire(import.meta.url).resolve(`uplot/dist/${name}`), 'utf8') }
}
