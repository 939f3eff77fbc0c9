import {
  type Config,
  maskCredentials,
  type Setting,
  settingNames,
  type Settings,
  settings as definitions,
} from '@minilake/lake/settings'
import { jsonText } from '@minilake/lake/format'
import { tableText, textColumns } from '@minilake/lake/format'
import type { Terminal } from './terminal.js'

/** Prints which config file was read, and where each setting and each table comes from, with credentials masked. */
export async function printConfig({
  config,
  settings,
  terminal,
  json,
}: {
  config: Config
  settings: Settings
  terminal: Terminal
  json: boolean
}): Promise<void> {
  const { file } = config
  const settingRows = settingNames.map((setting) => {
    const { value, origin } = settings[setting]
    const { isSecret }: Setting = definitions[setting]
    const shown = isSecret && value !== '' ? '***' : maskCredentials(value)
    return { setting, value: shown, from: origin }
  })
  const tableRows = config.tables.map((table) => ({
    table: table.name,
    from: file?.lake.tables?.includes(table) ? file.path : 'built in',
  }))
  if (json) {
    const read = file ? { path: file.path, from: file.origin } : null
    await terminal.data(`${jsonText({ config: read, settings: settingRows, tables: tableRows }, 2)}\n`)
    return
  }
  const read = file ? `${file.path} (${file.origin})` : 'none (minilake init writes one)'
  const rowsText = (rows: readonly Record<string, string>[]) =>
    tableText(textColumns(Object.keys(rows[0] ?? {})), rows, { width: terminal.width })
  const texts = [`config file: ${read}\n`, rowsText(settingRows), rowsText(tableRows)]
  await terminal.data(texts.join('\n'))
}
