import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { type SettingName, settingNames, settings } from '@minilake/lake/settings'
import { freshFolder, minilakeIn } from './run-minilake.js'

const turbine = `defineTable({
  name: 'turbine',
  columns: { event_timestamp: { type: 'timestamp' }, power: { type: 'double', nullable: true } },
})`

const typeScript = `
import { defineLake, defineTable } from '@minilake/schema'
const turbine: ReturnType<typeof defineTable> = ${turbine}
export default defineLake({ tables: [turbine], out: 'data' })
`

const javaScript = `
import { defineLake, defineTable } from '@minilake/schema'
export default defineLake({ tables: [${turbine}], out: 'data' })
`

/** What `minilake config --json` prints. */
interface Shown {
  config: { path: string; from: string } | null
  settings: { setting: string; value: string; from: string }[]
  tables: { table: string; from: string }[]
}

const embeddedFolder = 'profiles.embedded.folder'

/** A fresh folder with files in it. */
async function folderWith(files: Record<string, string>) {
  const fresh = await freshFolder()
  for (const [name, text] of Object.entries(files)) {
    const path = join(fresh.folder, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  }
  return fresh
}

/** What is set in a folder. */
async function shownIn(folder: string, variables: NodeJS.ProcessEnv = {}, ...more: string[]) {
  const run = await minilakeIn(folder, variables)('config', '--json', ...more)
  expect(run).toMatchObject({ code: 0, stderr: '' })
  const shown = JSON.parse(run.stdout) as Shown
  const setting = (name: string) => shown.settings.find((row) => row.setting === name)
  return { ...shown, setting }
}

describe('a config file', () => {
  test.each([
    ['minilake.config.ts', 'TypeScript', typeScript],
    ['minilake.config.js', 'a module', javaScript],
    ['minilake.config.mjs', 'a module', javaScript],
    [
      'minilake.config.json',
      'JSON',
      `{ "tables": [{ "name": "turbine", "columns": { "event_timestamp": { "type": "timestamp" } } }], "out": "data" }`,
    ],
    [
      'minilake.config.js',
      'CommonJS',
      `module.exports = { tables: [{ name: 'turbine', columns: { t: { type: 'timestamp' } } }], out: 'data' }`,
    ],
  ])('%s, %s, is read outside any project', async (name, _kind, text) => {
    const { folder } = await folderWith({ [name]: text })
    const { config, setting, tables } = await shownIn(folder)
    expect(config).toEqual({ path: join(folder, name), from: 'found in this folder' })
    expect(setting('out')).toEqual({ setting: 'out', value: 'data', from: join(folder, name) })
    expect(tables).toEqual([{ table: 'turbine', from: join(folder, name) }])
  })

  test('may leave out tables, which are then pump and pump_daily, or list none', async () => {
    const { folder } = await folderWith({ 'minilake.config.json': '{ "out": "data" }' })
    const tables = async () => (await shownIn(folder)).tables
    const builtIn = ['pump', 'pump_daily'].map((table) => ({ table, from: 'built in' }))
    expect(await tables()).toEqual(builtIn)
    await writeFile(join(folder, 'minilake.config.json'), '{ "tables": [] }')
    expect(await tables()).toEqual([])
  })

  test('may define a table pump of its own, which has no simulation', async () => {
    const text = `{ "tables": [{ "name": "pump", "columns": { "t": { "type": "timestamp" } } }] }`
    const { folder, minilake } = await folderWith({ 'minilake.config.json': text })
    const path = join(folder, 'minilake.config.json')
    expect((await shownIn(folder)).tables).toEqual([{ table: 'pump', from: path }])
    expect(await minilake('generate')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('table pump has no simulation: expected pump or pump_daily, as'),
    })
  })

  test('is loaded again by each run, with everything it imports', async () => {
    const { folder } = await folderWith({
      'minilake.config.ts': `import { out } from './out.ts'\nexport default { out }`,
      'out.ts': `export const out: string = 'one'`,
    })
    const out = async () => (await shownIn(folder)).setting('out')?.value
    expect(await out()).toBe('one')
    await writeFile(join(folder, 'out.ts'), `export const out: string = 'two'`)
    expect(await out()).toBe('two')
    expect(await readdir(folder)).toEqual(['minilake.config.ts', 'out.ts'])
  })

  test('may import files of its own', async () => {
    const { folder } = await folderWith({
      'minilake.config.ts': `import { turbine } from './tables/turbine.js'\nexport default { tables: [turbine] }`,
      'tables/turbine.ts': `import { defineTable, type Table } from '@minilake/schema'\nexport const turbine: Table = ${turbine}`,
    })
    expect((await shownIn(folder)).tables.map(({ table }) => table)).toEqual(['turbine'])
  })

  test('gets the @minilake/schema of its project where that has one', async () => {
    const { folder } = await folderWith({
      'minilake.config.ts': typeScript,
      'node_modules/@minilake/schema/package.json': `{ "type": "module", "exports": { "default": "./schema.js" } }`,
      'node_modules/@minilake/schema/schema.js': `export const defineTable = (table) => table
        export const defineLake = (lake) => ({ ...lake, out: 'said-by-its-own-schema' })`,
    })
    expect((await shownIn(folder)).setting('out')?.value).toBe('said-by-its-own-schema')
  })

  test('has tables that can be queried, and no simulation', async () => {
    const { minilake } = await folderWith({ 'minilake.config.ts': typeScript })
    expect((await minilake('query', 'hourly', '--table', 'turbine', '--format', 'csv')).stdout).toBe(
      'hour,avg_power\n',
    )
    expect(await minilake('generate', '--table', 'turbine')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('table turbine has no simulation: expected pump or pump_daily'),
    })
    expect(await minilake('verify', '--table', 'turbine')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('nothing to verify'),
    })
  })

  const column = '{ t: { type: "timestamp" } }'
  test.each([
    ['throw new Error("boom")', 'cannot be loaded: boom'],
    ['import "nothing-of-this-name"', "cannot be loaded: Cannot find module 'nothing-of-this-name'\n"],
    ['export default {\n  tables: [ }', 'lake.mjs:2:12'],
    [
      'export const lake = {}',
      'expected export default defineLake({ tables: [...] }), got no default export',
    ],
    ['export default 7', 'expected { tables: [...] }, as defineLake takes it; the whole: '],
    ['export default { tabels: [] }', 'Unrecognized key: "tabels"'],
    [
      'import { defineLake } from "@minilake/schema"; export default defineLake({ tabels: [] })',
      'cannot be loaded: lake expected only the options tables, profile, out, profiles, got tabels',
    ],
    [
      'export default { tables: [{ name: "a", columns: { t: { type: "timestamp", nulable: true } } }] }',
      'lake.mjs: tables.0.columns.t: Unrecognized key: "nulable"',
    ],
    [
      `export default { tables: [{ name: "a", columns: ${column} }, { name: "b", columns: { t: { type: "time" } } }] }`,
      'lake.mjs: tables.1.columns.t.type: Invalid option: expected one of "timestamp"|',
    ],
    [
      `export default { tables: [{ name: "a", columns: ${column}, sortedBy: ["u"] }] }`,
      'lake.mjs: tables.0: table a: sortedBy expected a column, got u',
    ],
    [
      'export default { tables: [{ name: "Pump", columns: {} }] }',
      'lake.mjs: tables.0: table name expected lower-case letters',
    ],
    [
      `export default { tables: [{ name: "a", columns: ${column} }, { name: "a", columns: ${column} }] }`,
      'lake.mjs: tables.1.name: lake expected tables of different names, got a twice: they would share one location, a/\n',
    ],
    [
      `export default { tables: [{ name: "iot_dw", columns: ${column} }] }`,
      "lake.mjs: tables.0.name: lake expected no table with the name of its schema, got iot_dw: the location iot_dw/ is the schema's own",
    ],
    [
      'export default { tables: [], profile: "mars", out: 7 }',
      "lake.mjs: profile: Allowed choices are embedded, stack, got 'mars'; out: Invalid input: expected string, received number\n",
    ],
    [
      'export default { tables: [], profiles: { stack: { location: "nowhere", loction: "" } } }',
      `lake.mjs: profiles.stack.location: Expected the URL of a bucket or of a folder in it, without a user, such as s3://iot-time-series/, got 'nowhere'; profiles.stack: Unrecognized key: "loction"\n`,
    ],
  ])('%s is refused with one sentence', async (text, message) => {
    const { folder, minilake } = await folderWith({ 'lake.mjs': text })
    const run = await minilake('status', '--config', 'lake.mjs')
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toMatch(/^minilake: the config .*\n$/)
    expect(run.stderr).toContain(join(folder, 'lake.mjs'))
    expect(run.stderr).toContain(message)
  })
})

describe('settings', () => {
  test('come from defaults, file, environment and options, of which the later win', async () => {
    const { folder } = await freshFolder()
    const lake = async (variables: NodeJS.ProcessEnv = {}, ...more: string[]) => {
      const { value, from } = (await shownIn(folder, variables, ...more)).setting(embeddedFolder) ?? {}
      return { value, from }
    }
    const path = join(folder, 'minilake.config.ts')
    const variables = { MINILAKE_EMBEDDED_FOLDER: 'env' }
    expect(await lake()).toEqual({ value: 'lake', from: 'default' })
    await writeFile(path, `export default { profiles: { embedded: { folder: 'file' } } }`)
    expect(await lake()).toEqual({ value: 'file', from: path })
    expect(await lake(variables)).toEqual({ value: 'env', from: 'MINILAKE_EMBEDDED_FOLDER' })
    expect(await lake(variables, '--lake', 'flag')).toEqual({ value: 'flag', from: '--lake' })
  })

  test('hold in every command', async () => {
    const { folder, minilake } = await folderWith({
      'minilake.config.json':
        '{ "out": "data", "profiles": { "embedded": { "folder": "a/lake" }, "stack": { "location": "s3://b/c" } } }',
    })
    await minilake('generate', '--days', '1', '--interval', '1h')
    expect((await minilake('ingest')).stderr).toMatch(/^1 file published in a[\\/]lake[\\/]iot-time-series\//)
    expect((await minilake('status', '--quiet')).stdout).toMatch(/^pump +1 +0 +1 /m)
    expect((await minilake('verify')).stdout).toContain('24 rows')
    expect((await minilake('clean')).stdout).toMatch(/^would remove 1 simulated file .* in data\/$/m)
    expect((await minilake('catalog', '--profile', 'stack', '--print')).stdout).toContain("'s3://b/c/pump/'")
    expect((await readdir(folder)).sort()).toEqual(['a', 'data', 'minilake.config.json'])
  })

  test('of the environment are refused by name', async () => {
    const { folder } = await freshFolder()
    expect(await minilakeIn(folder, { MINILAKE_PROFILE: 'mars' })('status')).toEqual({
      code: 2,
      stdout: '',
      stderr:
        "minilake: the environment variable MINILAKE_PROFILE has the invalid value 'mars'. Allowed choices are embedded, stack.\n",
    })
  })

  test('of the stack that are invalid are refused, with their origin', async () => {
    const { folder } = await freshFolder()
    const variables = { MINILAKE_PROFILE: 'stack', MINILAKE_STACK_LOCATION: 's3://bucket/a//b' }
    expect(await minilakeIn(folder, variables)('verify')).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'minilake: profiles.stack.location (MINILAKE_STACK_LOCATION) expected a bucket or a folder in one, such as s3://iot-time-series/ or s3://iot-time-series/team/lake/, got s3://bucket/a//b/\n',
    })
  })
})

describe('minilake config', () => {
  test('shows every setting and where it comes from, secrets masked', async () => {
    const { folder } = await folderWith({ 'minilake.config.ts': typeScript })
    const variables = {
      MINILAKE_PROFILE: 'stack',
      MINILAKE_STACK_LOCATION: 's3://elsewhere',
      MINILAKE_STACK_PASSWORD: 'secret',
      TRINO_PORT: '8081',
    }
    const run = await minilakeIn(folder, variables)('config')
    const path = join(folder, 'minilake.config.ts')
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      [`config file: ${path} (found in this folder)`],
      [''],
      ['setting', 'value', 'from'],
      [expect.any(String), expect.any(String), expect.any(String)],
      ['profile', 'stack', 'MINILAKE_PROFILE'],
      ['out', 'data', path],
      ['profiles.embedded.folder', 'lake', 'default'],
      ['profiles.embedded.memory', 'default'],
      ['profiles.embedded.threads', 'default'],
      ['profiles.embedded.spill', 'default'],
      ['profiles.stack.location', 's3://elsewhere/', 'MINILAKE_STACK_LOCATION'],
      ['profiles.stack.endpoint', 'http://127.0.0.1:9000', 'default'],
      ['profiles.stack.region', 'us-east-1', 'default'],
      ['profiles.stack.checksums', 'crc32', 'default'],
      ['profiles.stack.sha256InMetadata', 'false', 'default'],
      ['profiles.stack.signPayload', 'false', 'default'],
      ['profiles.stack.trino', 'http://127.0.0.1:8081', 'TRINO_PORT'],
      ['profiles.stack.user', 'minilake', 'default'],
      ['profiles.stack.password', '***', 'MINILAKE_STACK_PASSWORD'],
      ['profiles.stack.token', 'default'],
      ['profiles.stack.queryUser', 'default'],
      ['profiles.stack.queryPassword', 'default'],
      ['profiles.stack.queryToken', 'default'],
      ['profiles.stack.timeoutSeconds', '20', 'default'],
      ['profiles.stack.folder', '.minilake', 'default'],
      [''],
      ['table', 'from'],
      [expect.any(String), expect.any(String)],
      ['turbine', path],
      [''],
    ])
    const { settings } = await shownIn(folder, variables)
    expect(settings).toContainEqual({
      setting: 'profiles.stack.password',
      value: '***',
      from: 'MINILAKE_STACK_PASSWORD',
    })
    expect(JSON.stringify(settings) + run.stdout).not.toContain('secret')
  })

  test('masks a token, and the password in a URL that is refused', async () => {
    const { folder } = await freshFolder()
    const variables = { MINILAKE_STACK_TOKEN: 'secret-token', MINILAKE_PROFILE: 'stack' }
    const minilake = minilakeIn(folder, variables)
    for (const args of [['config'], ['config', '--json'], ['config', '--verbose']]) {
      const { code, stdout, stderr } = await minilake(...args)
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(stdout).toContain('***')
      expect(stdout).not.toContain('secret')
    }
    const refused = await minilakeIn(folder, { MINILAKE_STACK_TRINO: 'https://me:secret@host' })(
      'config',
      '--json',
    )
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(JSON.parse(refused.stderr)).toEqual({
      error: {
        name: 'UsageError',
        message: expect.stringContaining("MINILAKE_STACK_TRINO has the invalid value 'https://***@host'"),
        exitCode: 2,
      },
    })
  })

  test('says when there is no file', async () => {
    const { folder, minilake } = await freshFolder()
    expect((await minilake('config')).stdout).toMatch(/^config file: none \(minilake init writes one\)\n/)
    expect((await shownIn(folder)).config).toBeNull()
  })

  test('names the file, before MINILAKE_CONFIG does, before the folder is searched', async () => {
    const { folder, minilake } = await folderWith({
      'minilake.config.ts': typeScript,
      'variable.json': '{ "tables": [], "out": "by-variable" }',
      'flag.json': '{ "tables": [], "out": "by-flag" }',
    })
    const variables = { MINILAKE_CONFIG: 'variable.json' }
    const byVariable = await shownIn(folder, variables)
    expect(byVariable.config).toEqual({ path: join(folder, 'variable.json'), from: 'MINILAKE_CONFIG' })
    expect(byVariable.setting('out')?.value).toBe('by-variable')
    const run = await minilakeIn(folder, variables)('--config', 'flag.json', 'config', '--json')
    expect(JSON.parse(run.stdout)).toMatchObject({
      config: { path: join(folder, 'flag.json'), from: '--config' },
      settings: expect.arrayContaining([expect.objectContaining({ value: 'by-flag' })]),
    })
    expect((await minilake('status', '--config', 'flag.json')).stderr).toContain('data files in by-flag/')
    expect((await shownIn(folder, { MINILAKE_CONFIG: '' })).setting('out')?.value).toBe('data')
  })

  test.each([
    [['status', '--config', 'none.ts'], {}, '--config expected a file, but there is none at '],
    [['status'], { MINILAKE_CONFIG: 'none.ts' }, 'MINILAKE_CONFIG expected a file, but there is none at '],
    [['verify', '--config'], {}, "option '--config <file>' argument missing"],
    [['status', '--config', ''], {}, '--config expected a file, got an empty text'],
  ])('%j with %j is refused', async (args, variables, message) => {
    const { folder } = await freshFolder()
    expect(await minilakeIn(folder, variables)(...args)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(message),
    })
  })
})

describe('init', () => {
  /** The settings of a template as they are, no longer as comments. */
  const uncommented = (template: string) => template.replace(/^ {2}\/\/ (?=profile|out| {2}|\})/gm, '  ')

  test('writes a config file that works unchanged, and says what to do next', async () => {
    const { folder, minilake } = await freshFolder()
    const run = await minilake('init')
    expect(run).toMatchObject({ code: 0, stdout: '' })
    expect(run.stderr).toMatch(/^minilake\.config\.ts written[^]*minilake import[^]*minilake query/)
    const { settings: rows, tables } = await shownIn(folder)
    expect(tables.at(-1)).toEqual({ table: 'turbine', from: join(folder, 'minilake.config.ts') })
    expect(new Set(rows.map(({ from }) => from))).toEqual(new Set(['default']))
    expect((await minilake('alarms', '--rows', '--table', 'turbine')).stdout).toMatch(
      /^0 rows with power > 3000\n/,
    )
  })

  test('names every setting with its default', async () => {
    const { folder, minilake } = await freshFolder()
    await minilake('init')
    const path = join(folder, 'minilake.config.ts')
    await writeFile(path, uncommented(await readFile(path, 'utf8')))
    // Secrets do not belong in a file, and what has no default cannot be shown with it.
    const isShown = (name: SettingName) => !('isSecret' in settings[name]) && settings[name].default !== ''
    expect((await shownIn(folder)).settings).toEqual(
      settingNames.map((setting) => ({
        setting,
        value: settings[setting].default,
        from: isShown(setting) ? path : 'default',
      })),
    )
  })

  test('writes what compiles, strictly', async () => {
    const { folder, minilake } = await freshFolder()
    await minilake('init')
    const path = join(folder, 'minilake.config.ts')
    await writeFile(join(folder, 'uncommented.ts'), uncommented(await readFile(path, 'utf8')))
    await mkdir(join(folder, 'node_modules', '@minilake'), { recursive: true })
    await symlink(
      fileURLToPath(new URL('../../../packages/schema', import.meta.url)),
      join(folder, 'node_modules', '@minilake', 'schema'),
      'junction',
    )
    const program = ts.createProgram([path, join(folder, 'uncommented.ts')], {
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2023,
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noEmit: true,
      customConditions: ['@minilake/source'],
      types: [],
    })
    const complaints = ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText)
    expect(complaints).toEqual([])
  })

  test.each(['minilake.config.ts', 'minilake.config.json', 'minilake.config.cjs'])(
    'overwrites nothing where there is a %s',
    async (name) => {
      const { folder, minilake } = await folderWith({ [name]: 'mine' })
      expect(await minilake('init')).toEqual({
        code: 1,
        stdout: '',
        stderr: `minilake: ${name} exists, and init never overwrites a file: edit it, or move it away first\n`,
      })
      expect(await readdir(folder)).toEqual([name])
      expect(await readFile(join(folder, name), 'utf8')).toBe('mine')
    },
  )

  test('refuses --config, and prints as JSON what it wrote', async () => {
    const { folder, minilake } = await freshFolder()
    expect(await minilake('init', '--config', 'other.ts')).toMatchObject({
      code: 2,
      stderr: 'minilake: init writes minilake.config.ts in this folder: leave out --config\n',
    })
    expect(await readdir(folder)).toEqual([])
    expect(JSON.parse((await minilake('init', '--json')).stdout)).toEqual({ config: 'minilake.config.ts' })
  })
})

describe('init FILE', () => {
  const text = 'Zeit;Druck (bar)\n13.02.2026 13:00;1,5\n14.02.2026 13:00;NA\n'

  test('writes the definition of a table with which import needs no flags', async () => {
    const { folder, minilake } = await folderWith({ 'pump 1.csv': text })
    const run = await minilake('init', 'pump 1.csv', '--zone', 'UTC')
    expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining('with table pump_1') })
    expect(await readFile(join(folder, 'minilake.config.ts'), 'utf8')).toContain(
      "druck_bar: { type: 'double', nullable: true }",
    )
    expect(await minilake('import', 'pump 1.csv')).toMatchObject({ code: 0 })
    const rows = await minilake(
      'query',
      'sql',
      'SELECT * FROM hive.iot_dw.pump_1 ORDER BY zeit',
      '--format',
      'csv',
    )
    expect(rows.stdout).toContain('2026-02-13T13:00:00.000Z,1.5')
  })

  test('asks for what the file does not tell, which import then names', async () => {
    const { minilake } = await folderWith({ 'pump.csv': text })
    const run = await minilake('init', 'pump.csv', '--table', 'p', '--json')
    expect(JSON.parse(run.stdout)).toEqual({ config: 'minilake.config.ts', fillIn: ['zone'] })
    expect(await minilake('import', 'pump.csv')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('expected --zone to state it'),
    })
  })

  test('prints the definition and writes nothing with --print, which needs a file', async () => {
    const { folder, minilake } = await folderWith({ 'pump.csv': text })
    const { stdout } = await minilake('init', 'pump.csv', '--print')
    expect(stdout).toContain("// zone: 'UTC' or 'Europe/Berlin', // fill in, the file cannot tell")
    expect(await readdir(folder)).toEqual(['pump.csv'])
    expect(await minilake('init', '--print')).toMatchObject({ code: 2 })
  })
})
