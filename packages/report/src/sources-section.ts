import { countText, valueText } from './display-text.js'
import { html, type Markup } from './html.js'
import { leastStep } from './least-step.js'
import type { Report } from './report.js'
import { sparkFrame, sparkLine } from './spark-line.js'

/** A small picture per source, all with the same axes; undefined for a table with one source. */
export function sourcesSection(report: Report): Markup | undefined {
  const { sources, hasMoreSources, columns, alarms } = report
  const frame = sparkFrame(sources)
  const [column] = columns
  if (sources.length < 2 || !frame || !column) return undefined
  const stepMillis = leastStep(sources.flatMap(({ windows }) => windows.map(({ start }) => start.getTime())))
  const cards = sources.map(({ name, windows }) => {
    const values = windows.flatMap(({ min, max }) => (min === null || max === null ? [] : [min, max]))
    const [least, greatest] = [Math.min(...values), Math.max(...values)]
    const own = alarms.filter(({ source }) => source === name).length
    const text = values.length === 0 ? 'no values' : `${valueText(least)} to ${valueText(greatest)}`
    return html`<li>
      <h3>${name}</h3>
      ${sparkLine(windows, frame, { stepMillis, title: `${column.name} of ${name}: ${text}` })}
      <p>${text}${own > 0 ? html` · <strong>${countText(own, 'alarm')}</strong>` : undefined}</p>
    </li> `
  })
  return html`<section aria-labelledby="sources">
    <h2 id="sources">
      ${hasMoreSources ? `The first ${sources.length} sources` : countText(sources.length, 'source')}
    </h2>
    <p>
      ${column.name} of each, from ${valueText(frame.least)} to ${valueText(frame.greatest)} on every picture.
    </p>
    <ul class="sources">
      ${cards}
    </ul>
  </section>`
}
