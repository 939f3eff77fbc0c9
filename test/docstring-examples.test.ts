import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'

function sourceFiles(): string[] {
  return readdirSync('packages').flatMap((name) =>
    readdirSync(`packages/${name}/src`, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `packages/${name}/src/${file}`),
  )
}

/** The programs in the `@example`s of a file's docstrings. */
function examplesIn(file: string): string[] {
  const docstrings = readFileSync(file, 'utf8').matchAll(/\/\*\*([\s\S]*?)\*\//g)
  return [...docstrings].flatMap(([, text = '']) => {
    const [, ...examples] = text.replace(/^\s*\* ?/gm, '').split('@example')
    return examples.map((example) => example.replace(/^```\w*$/gm, '').trim())
  })
}

test('the examples of docstrings compile, strictly', { timeout: 120_000 }, () => {
  const sources = new Map<string, string>()
  for (const file of sourceFiles()) {
    examplesIn(file).forEach((code, index) => {
      sources.set(resolve('test', `${file.replaceAll(/\W+/g, '-')}-${index}.ts`), `${code}\nexport {}\n`)
    })
  }
  expect(sources.size).toBeGreaterThan(15)

  const { config } = ts.readConfigFile('tsconfig.base.json', (path) => readFileSync(path, 'utf8')) as {
    config: { compilerOptions: object }
  }
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, process.cwd())
  Object.assign(options, {
    composite: false,
    emitDeclarationOnly: false,
    noEmit: true,
    isolatedModules: false,
  })
  const host = ts.createCompilerHost(options)
  const disk = ts.createCompilerHost(options)
  host.fileExists = (path) => sources.has(resolve(path)) || disk.fileExists(path)
  host.readFile = (path) => sources.get(resolve(path)) ?? disk.readFile(path)
  host.getSourceFile = (path, ...more) => {
    const source = sources.get(resolve(path))
    return source === undefined
      ? disk.getSourceFile(path, ...more)
      : ts.createSourceFile(path, source, ts.ScriptTarget.ES2023)
  }
  const program = ts.createProgram([...sources.keys()], options, host)
  const messages = [...sources.keys()].flatMap((path) => {
    const file = program.getSourceFile(path)
    if (file === undefined) return [`${path} is not in the program`]
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ messageText }) => `${path}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    )
  })
  expect(messages).toEqual([])
})
