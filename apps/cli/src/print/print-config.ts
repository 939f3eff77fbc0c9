import { maskCredentials } from '@minilake/lake'
import { jsonText, tableText } from './result-format.js'
import type { Session } from '../session.js'
import { type Setting, settingNames, settings as definitions } from '@minilake/lake'

/** Prints which config file was read, and of each setting and table where it comes from; credentials masked. */
export async function printConfig({ config, settings, terminal, json }: Session): Promise<void> {
  const { file } = config
  const settingRows = settingNames.map((setting) => {
    const { value, origin } = settings[setting]
    const { isSecret }: Setting = definitions[setting]
    const shown = isSecret && value !== '' ? '***' : maskCredentials(value)
    return { setting, value: shown, from: origin }
  })
  const tableRows = config.tables.map((table) => ({
    table: table.name,
    from: file?.lake.tables.includes(table) ? file.path : 'built in',
  }))
  if (json) {
    const read = file ? { path: file.path, from: file.origin } : null
    await terminal.data(`${jsonText({ config: read, settings: settingRows, tables: tableRows }, 2)}\n`)
    return
  }
  const read = file ? `${file.path} (${file.origin})` : 'none (minilake init writes one)'
  const texts = [`config file: ${read}\n`, rowsText(settingRows), rowsText(tableRows)]
  await terminal.data(texts.join('\n'))
}

function rowsText(rows: readonly Record<string, string>[]): string {
  const columns = Object.keys(rows[0] ?? {}).map((name) => ({ name, type: 'varchar' as const }))
  return tableText(columns, rows)
}
