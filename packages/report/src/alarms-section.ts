import { countText, durationText, timeText, valueText } from './display-text.js'
import { html, type Markup } from './html.js'
import type { Report } from './report.js'

/** The alarms as a table; undefined for a table without alarm rules. */
export function alarmsSection({ alarms, alarmCount, columns, sources }: Report): Markup | undefined {
  if (columns.every(({ limits }) => limits.length === 0)) return undefined
  const hasSources = sources.length > 0
  const shown =
    alarms.length < alarmCount
      ? html`<p>The first ${alarms.length.toLocaleString('en-US')} are listed.</p>`
      : undefined
  const list = html`<div class="scroll" tabindex="0" role="region" aria-label="Alarms">
    <table>
      <thead>
        <tr>
          ${hasSources ? html`<th scope="col">source</th>` : undefined}
          <th scope="col">alarm</th>
          <th scope="col">severity</th>
          <th scope="col">column</th>
          <th scope="col">start (UTC)</th>
          <th scope="col">end (UTC)</th>
          <th scope="col">lasted</th>
          <th scope="col">peak</th>
        </tr>
      </thead>
      <tbody>
        ${alarms.map(
          ({ source, rule, severity, column, start, end, peak }) =>
            html`<tr>
              ${hasSources ? html`<th scope="row">${source}</th>` : undefined}
              <td>${rule}</td>
              <td>${severity}</td>
              <td>${column}</td>
              <td>${timeText(start)}</td>
              <td>${end ? timeText(end) : 'still open'}</td>
              <td>${end ? durationText(end.getTime() - start.getTime()) : '–'}</td>
              <td>${valueText(peak)}</td>
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`
  return html`<section aria-labelledby="alarms">
    <h2 id="alarms">${alarmCount === 0 ? 'No alarms' : countText(alarmCount, 'alarm')}</h2>
    ${shown} ${alarms.length > 0 ? list : undefined}
  </section>`
}
