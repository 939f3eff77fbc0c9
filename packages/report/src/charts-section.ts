import { timeText, valueText } from './display-text.js'
import { html, type Markup } from './html.js'
import { leastStep } from './least-step.js'
import type { Report, ReportColumn } from './report.js'

/** What the page's script draws: times in seconds since 1970, and per column `[avg, min, max]` of each time. */
export interface ChartData {
  times: number[]
  columns: {
    name: string
    limits: number[]
    avg: (number | null)[]
    min: (number | null)[]
    max: (number | null)[]
    /** Start and end of each alarm, in seconds since 1970. */
    alarms: [from: number, to: number][]
  }[]
}

/** The numbers of a report's charts. */
export function chartData({ columns, alarms, last }: Report): ChartData {
  const starts = withGaps(columns.flatMap(({ windows }) => windows.map(({ start }) => start.getTime())))
  const place = new Map(starts.map((start, index) => [start, index]))
  return {
    times: starts.map((start) => start / 1000),
    columns: columns.map(({ name, limits, windows }) => {
      const values = (of: 'avg' | 'min' | 'max') => {
        const list = new Array<number | null>(starts.length).fill(null)
        for (const window of windows) list[place.get(window.start.getTime()) as number] = window[of]
        return list
      }
      const spans = alarms
        .filter(({ column }) => column === name)
        .map(({ start, end }): [number, number] => [
          start.getTime() / 1000,
          (end ?? last ?? start).getTime() / 1000,
        ])
      return {
        name,
        limits,
        avg: values('avg'),
        min: values('min'),
        max: values('max'),
        alarms: spans,
      }
    }),
  }
}

/** Different times in order, and one more within each gap, since lines are drawn from each time to the next. */
function withGaps(times: readonly number[]): number[] {
  const inOrder = [...new Set(times)].sort((a, b) => a - b)
  const step = leastStep(inOrder)
  return inOrder.flatMap((time, index) => {
    const next = inOrder[index + 1]
    return next !== undefined && next - time > step * 1.5 ? [time, time + step] : [time]
  })
}

/** A chart per numeric column, with buttons to zoom, and the charts' numbers as a table. */
export function chartsSection({ columns, every }: Report): Markup {
  if (columns.length === 0)
    return html`<section aria-labelledby="charts">
      <h2 id="charts">Readings</h2>
      <p class="notice">The table has no numeric column to draw.</p>
    </section>`
  return html`<section aria-labelledby="charts">
    <h2 id="charts">Readings</h2>
    <p>
      Each point is a window of ${windowName(every)}: the line is the average, the band reaches from the least
      to the greatest reading, and a dashed line is an alarm limit. Alarms are shaded.
    </p>
    <noscript><p class="notice">The charts need JavaScript. The tables have the same numbers.</p></noscript>
    <div class="zoom" role="group" aria-label="Zoom all charts" hidden>
      <button type="button" data-zoom="in">Zoom in</button>
      <button type="button" data-zoom="out">Zoom out</button>
      <button type="button" data-zoom="earlier">Earlier</button>
      <button type="button" data-zoom="later">Later</button>
      <button type="button" data-zoom="all">Show all</button>
      <output aria-live="polite"></output>
    </div>
    ${columns.map((column, index) => chart(column, index))}
    <details>
      <summary>The numbers of the charts</summary>
      ${numbers(columns)}
    </details>
  </section>`
}

function chart(column: ReportColumn, index: number): Markup {
  const { name, comment, limits, windows } = column
  const limitText =
    limits.length === 0 ? '' : `, alarm ${limits.length > 1 ? 'limits' : 'limit'} ${limits.join(', ')}`
  const finite = (values: readonly (number | null)[]) => values.filter((value) => value !== null)
  const [least, greatest] = [
    finite(windows.map(({ min }) => min)).reduce((a, b) => Math.min(a, b), Infinity),
    finite(windows.map(({ max }) => max)).reduce((a, b) => Math.max(a, b), -Infinity),
  ]
  const summary =
    least <= greatest
      ? `${name}: from ${valueText(least)} to ${valueText(greatest)}${limitText}`
      : `${name}: no values`
  return html`<figure>
    <figcaption>
      <strong>${name}</strong>${comment === undefined ? undefined : html` <span>${comment}</span>`}
    </figcaption>
    <div
      class="chart"
      data-column="${index}"
      tabindex="0"
      role="img"
      aria-label="${summary}. Use + and − to zoom, arrow keys to move, 0 to show all."
    ></div>
  </figure>`
}

function numbers(columns: readonly ReportColumn[]): Markup {
  const rows = new Map<number, Map<string, Markup>>()
  for (const { name, windows } of columns) {
    for (const { start, avg, min, max } of windows) {
      const cells = rows.get(start.getTime()) ?? new Map<string, Markup>()
      rows.set(start.getTime(), cells)
      cells.set(
        name,
        html`<td>${valueText(avg)}</td>
          <td>${valueText(min)}</td>
          <td>${valueText(max)}</td>`,
      )
    }
  }
  const inOrder = [...rows].sort(([a], [b]) => a - b)
  return html`<div class="scroll" tabindex="0" role="region" aria-label="The numbers of the charts">
    <table>
      <thead>
        <tr>
          <th scope="col" rowspan="2">start (UTC)</th>
          ${columns.map(({ name }) => html`<th scope="colgroup" colspan="3">${name}</th>`)}
        </tr>
        <tr>
          ${columns.map(
            () =>
              html`<th scope="col">avg</th>
                <th scope="col">min</th>
                <th scope="col">max</th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${inOrder.map(
          ([start, cells]) =>
            html`<tr>
              <th scope="row">${timeText(new Date(start))}</th>
              ${columns.map(({ name }) => cells.get(name) ?? html`<td colspan="3">–</td>`)}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`
}

function windowName(every: string): string {
  const [, amount, unit] = /^(\d+)(s|m|h)$/.exec(every) ?? []
  if (amount === undefined) return `one ${every}`
  const name = { s: 'second', m: 'minute', h: 'hour' }[unit as 's' | 'm' | 'h']
  return `${amount} ${name}${amount === '1' ? '' : 's'}`
}
