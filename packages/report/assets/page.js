// @ts-check
// Draws the charts of a report. It runs in the browser, after uPlot; the page has the numbers as JSON.
;(() => {
  /** @type {import('../src/charts-section.js').ChartData} */
  const { times, columns } = JSON.parse(document.getElementById('report-data')?.textContent ?? '')
  /** @type {import('uplot').default[]} */
  let plots = []
  const step = times.reduce(
    (least, time, index) => (index > 0 ? Math.min(least, time - times[index - 1]) : least),
    Infinity,
  )
  const width = Number.isFinite(step) ? step : 1
  const whole = { from: times[0] ?? 0, to: (times.at(-1) ?? 0) + width }
  let shown = whole

  const color = (/** @type {string} */ name) =>
    getComputedStyle(document.documentElement).getPropertyValue(`--${name}`)
  const text = (/** @type {number} */ seconds) =>
    new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')

  /** Names of round times on the horizontal axis: times of day, with the date where a day begins, or dates. */
  function timeNames(
    /** @type {unknown} */ _plot,
    /** @type {number[]} */ splits,
    /** @type {number} */ _axis,
    /** @type {number} */ _space,
    /** @type {number} */ apart,
  ) {
    let before = ''
    return splits.map((seconds) => {
      const iso = new Date(seconds * 1000).toISOString()
      const day = iso.slice(0, 10)
      const date = day.slice(0, 4) === before.slice(0, 4) ? day.slice(5) : day
      const isNewDay = day !== before
      before = day
      if (apart >= 86_400) return date
      const time = iso.slice(11, apart < 60 ? 19 : 16)
      return isNewDay ? `${time}\n${date}` : time
    })
  }

  /** Shows a range of time in all charts: within the data, and no shorter than two windows. */
  function show(/** @type {number} */ from, /** @type {number} */ to) {
    const length = Math.min(Math.max(to - from, 2 * width), whole.to - whole.from)
    const start = Math.min(Math.max(from, whole.from), whole.to - length)
    shown = { from: start, to: start + length }
    for (const plot of plots) plot.setScale('x', { min: shown.from, max: shown.to })
    const output = document.querySelector('.zoom output')
    if (output) output.textContent = `${text(shown.from)} to ${text(shown.to)} UTC`
  }

  /** @type {Record<string, () => void>} */
  const actions = {
    in: () => scale(0.5),
    out: () => scale(2),
    earlier: () => move(-0.25),
    later: () => move(0.25),
    all: () => show(whole.from, whole.to),
  }
  function scale(/** @type {number} */ factor) {
    const [middle, half] = [(shown.from + shown.to) / 2, ((shown.to - shown.from) / 2) * factor]
    show(middle - half, middle + half)
  }
  function move(/** @type {number} */ share) {
    const by = (shown.to - shown.from) * share
    show(shown.from + by, shown.to + by)
  }
  /** @type {Record<string, string>} */
  const keys = { '+': 'in', '=': 'in', '-': 'out', ArrowLeft: 'earlier', ArrowRight: 'later', 0: 'all' }

  /** Shades the alarms and draws the limits. */
  function drawAlarms(
    /** @type {import('uplot').default} */ plot,
    /** @type {typeof columns[number]} */ column,
  ) {
    const { ctx, bbox } = plot
    ctx.save()
    ctx.beginPath()
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
    ctx.clip()
    ctx.fillStyle = color('alarm')
    for (const [from, to] of column.alarms) {
      const left = plot.valToPos(from, 'x', true)
      const right = plot.valToPos(to, 'x', true)
      ctx.fillRect(left, bbox.top, Math.max(right - left, 1), bbox.height)
    }
    for (const limit of column.limits) {
      const y = Math.round(plot.valToPos(limit, 'y', true))
      ctx.strokeStyle = color('limit')
      ctx.lineWidth = devicePixelRatio
      ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio])
      ctx.beginPath()
      ctx.moveTo(bbox.left, y)
      ctx.lineTo(bbox.left + bbox.width, y)
      ctx.stroke()
    }
    ctx.restore()
  }

  function draw() {
    for (const plot of plots) plot.destroy()
    plots = []
    for (const place of document.querySelectorAll('.chart')) {
      const column = columns[Number(/** @type {HTMLElement} */ (place).dataset.column)]
      const axis = {
        stroke: color('soft'),
        grid: { stroke: color('rule'), width: 1 },
        ticks: { stroke: color('rule') },
      }
      const value = (/** @type {unknown} */ _plot, /** @type {number | null} */ v) =>
        v === null ? '–' : String(Number(v.toPrecision(6)))
      const edge = { stroke: 'transparent', points: { show: false }, value }
      const plot = new uPlot(
        {
          width: place.clientWidth,
          height: 240,
          tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
          cursor: { sync: { key: 'report' }, drag: { x: true, y: false, setScale: false } },
          scales: { x: { min: shown.from, max: shown.to } },
          axes: [
            { ...axis, values: timeNames, space: 72 },
            { ...axis, size: 64 },
          ],
          series: [
            { label: 'start (UTC)', value: '{YYYY}-{MM}-{DD} {HH}:{mm}:{ss}' },
            { label: 'avg', stroke: color('line'), width: 1.5, value },
            { label: 'min', ...edge },
            { label: 'max', ...edge },
          ],
          bands: [{ series: [3, 2], fill: color('band') }],
          hooks: {
            drawClear: [(self) => drawAlarms(self, column)],
            setSelect: [
              (self) => {
                if (self.select.width < 2) return
                const [from, to] = [self.select.left, self.select.left + self.select.width].map((left) =>
                  self.posToVal(left, 'x'),
                )
                self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
                show(from, to)
              },
            ],
          },
        },
        [times, column.avg, column.min, column.max],
        /** @type {HTMLElement} */ (place),
      )
      plot.over.ondblclick = () => show(whole.from, whole.to)
      plots.push(plot)
    }
    show(shown.from, shown.to)
  }

  if (times.length > 0) {
    draw()
    const zoom = document.querySelector('.zoom')
    zoom?.removeAttribute('hidden')
    zoom?.addEventListener('click', (event) => {
      actions[/** @type {HTMLElement} */ (event.target).dataset.zoom ?? '']?.()
    })
    document.addEventListener('keydown', (event) => {
      if (!(event.target instanceof HTMLElement) || !event.target.classList.contains('chart')) return
      if (event.ctrlKey || event.metaKey || event.altKey) return
      const action = keys[event.key]
      if (action === undefined) return
      event.preventDefault()
      actions[action]()
    })
    let wide = innerWidth
    addEventListener('resize', () => {
      if (innerWidth === wide) return
      wide = innerWidth
      for (const plot of plots)
        plot.setSize({ width: plot.root.parentElement?.clientWidth ?? 300, height: 240 })
    })
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw)
    matchMedia('print').addEventListener('change', draw)
  }

  for (const button of document.querySelectorAll('button[data-copy]')) {
    if (!navigator.clipboard) continue
    button.removeAttribute('hidden')
    button.addEventListener('click', () => {
      const code = button.parentElement?.querySelector('code')?.textContent ?? ''
      void navigator.clipboard.writeText(code).then(() => {
        button.textContent = 'Copied'
        setTimeout(() => (button.textContent = 'Copy'), 2000)
      })
    })
  }
})()
