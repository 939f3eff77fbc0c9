import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, inject, onTestFinished, test } from 'vitest'
import { type Minilake, processIn } from '../apps/cli/test/run-minilake.js'
import { runProgram } from '../infra/src/run-program.js'
import { readStackConfig } from '../infra/src/stack-config.js'
import { emptyLake } from '../packages/lake/test/running-stack.js'
import { jarFromMaven, javaProgram } from './clients/client-program.js'

const stack = inject('stack')

test(
  'docs/course.md: its commands and its SQL, typed in order, answer what the page says',
  { timeout: 600_000 },
  async () => {
    await emptyLake(stack)
    const folder = await mkdtemp(join(tmpdir(), 'minilake-course-'))
    onTestFinished(async () => {
      await emptyLake(stack)
      await rm(folder, { recursive: true })
    })
    await copyFile(stack.envFile, join(folder, '.env'))
    const minilake = processIn(folder)
    const trino = await trinoCli(folder)

    let answer = ''
    const blocks = codeBlocks(await readFile('docs/course.md', 'utf8'))
    for (const { language, code } of blocks) {
      if (language === 'sh') answer = await typed(code, minilake)
      else if (language === 'sql') answer = await trino(code)
      else if (!code.includes('──►'))
        for (const part of shownParts(code)) expect(oneBlank(answer)).toContain(part)
    }

    // The last exercise drops the table: created again, it has all rows, those of the day that came later too.
    const statement = (start: string) =>
      blocks.find(({ language, code }) => language === 'sql' && code.startsWith(start))?.code ?? ''
    await trino(statement('CREATE TABLE'))
    expect(await trino(statement('SELECT count(*) AS readings'))).toContain(' 691200 ')
    expect(await trino(statement('SELECT\n'))).toContain('(192 rows)')
  },
)

test('docs/vi/course.md has the commands, statements and answers of docs/course.md', async () => {
  const english = codeBlocks(await readFile('docs/course.md', 'utf8'))
  expect(english.length).toBeGreaterThan(20)
  expect(codeBlocks(await readFile('docs/vi/course.md', 'utf8'))).toEqual(english)
})

/** What a page shows of an answer, without what `…` stands for, and however wide its columns are. */
function shownParts(code: string): string[] {
  return oneBlank(code.trim())
    .split('…')
    .map((part) => part.trim())
}

function oneBlank(text: string): string {
  return text.replace(/-{3,}[-+]*/g, '---').replace(/\s+/g, ' ')
}

/** Runs the lines of a block that call minilake, and gives what they print. Other tests start and stop a stack. */
async function typed(code: string, minilake: Minilake): Promise<string> {
  let printed = ''
  for (const line of code.trim().split('\n')) {
    const [program, ...args] = line.replace(/ +#.*/, '').split(' ')
    if (program !== 'npx' || args[1] === 'up' || args[1] === 'down') continue
    const { code: exitCode, stdout, stderr } = await minilake(...args.slice(1))
    expect(exitCode, `${line}\n${stdout}${stderr}`).toBe(0)
    printed += stdout + stderr
  }
  return printed
}

/** Trino's own command line, as the page starts it; gives what it prints for a statement. */
async function trinoCli(folder: string): Promise<(statement: string) => Promise<string>> {
  const { versions } = await readStackConfig({ envFile: stack.envFile, environment: process.env })
  const cliFolder = join(folder, 'trino-cli')
  await mkdir(cliFolder)
  const jar = await jarFromMaven(`io.trino:trino-cli:${versions.trino}:jar:executable`, cliFolder)
  const java = await javaProgram()
  return (statement) =>
    runProgram(
      java,
      ['-jar', jar, '--user', 'minilake', stack.trino, '--output-format', 'ALIGNED', '--execute', statement],
      { env: process.env },
    )
}

/** The fenced blocks of a page, in order; those of plain text have the language ''. */
function codeBlocks(page: string): { language: string; code: string }[] {
  return [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', code = '']) => ({
    language,
    code,
  }))
}
