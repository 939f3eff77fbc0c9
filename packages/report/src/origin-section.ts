import { bytesText, countText } from './display-text.js'
import { html, type Markup } from './html.js'
import type { Report } from './report.js'

/** Where the numbers came from: the files of each day, and the SQL, to be copied. */
export function originSection({ days, statements, table }: Report): Markup {
  const rows = days.map(
    ({ day, files, bytes }) =>
      html`<tr>
        <th scope="row">${day === '' ? 'no partition' : day}</th>
        <td>${countText(files, 'file')}</td>
        <td>${bytesText(bytes)}</td>
      </tr> `,
  )
  return html`<section aria-labelledby="origin">
    <h2 id="origin">How the data got here</h2>
    <p>Data files of ${table} by day:</p>
    <div class="scroll" tabindex="0" role="region" aria-label="Data files by day">
      <table>
        <thead>
          <tr>
            <th scope="col">day (UTC)</th>
            <th scope="col">files</th>
            <th scope="col">size</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
    <p>The queries behind this page:</p>
    ${statements.map(
      ({ title, sql }) =>
        html`<details class="sql">
          <summary>${title}</summary>
          <button type="button" data-copy hidden>Copy</button>
          <pre tabindex="0"><code>${sql}</code></pre>
        </details> `,
    )}
  </section>`
}
