import { writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { expect, test } from 'vitest'
import { findJava, findProgram } from '../src/find-program.js'
import { temporaryFolder, writeJdk, writeProgram } from './temporary-folder.js'

test('findProgram returns the first executable of that name on the PATH', async () => {
  const folder = await temporaryFolder()
  const [first, second, third] = ['first', 'second', 'third'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  await writeProgram(join(first, 'other'))
  await writeFile(join(first, 'tool'), 'not a program')
  await writeProgram(join(second, 'tool'))
  await writeProgram(join(third, 'tool'))
  const PATH = ['', first, second, third].join(delimiter)
  expect(await findProgram('tool', { PATH })).toBe(join(second, 'tool'))
  expect(await findProgram('tool', { PATH: first })).toBeUndefined()
  expect(await findProgram('tool', {})).toBeUndefined()
})

// Versions that do not exist, because findJava also finds the JDKs of this machine.
test('findJava returns the lowest JDK in a range, from JAVA_HOME, the PATH or SDKMAN', async () => {
  const HOME = await temporaryFolder()
  const inSdkman = join(HOME, '.sdkman', 'candidates', 'java', '93-tem')
  const onPath = join(HOME, 'on-path')
  const javaHome = join(HOME, 'java-home')
  await writeJdk(inSdkman, '93.0.1')
  await writeJdk(onPath, '95')
  await writeJdk(javaHome, '94.0.2+9')
  const variables = { HOME, PATH: join(onPath, 'bin'), JAVA_HOME: javaHome }
  expect(await findJava({ min: 90, max: 99 }, variables)).toBe(inSdkman)
  expect(await findJava({ min: 94, max: 99 }, variables)).toBe(javaHome)
  expect(await findJava({ min: 95, max: 95 }, variables)).toBe(onPath)
  expect(await findJava({ min: 96, max: 99 }, variables)).toBeUndefined()
  expect(await findJava({ min: 95, max: 99 }, { HOME })).toBeUndefined()
})

test('findJava ignores a JRE and a JDK of unknown version', async () => {
  const HOME = await temporaryFolder()
  await writeJdk(join(HOME, 'jre'), '97', ['java'])
  await writeProgram(join(HOME, 'unknown', 'bin', 'javac'))
  for (const name of ['jre', 'unknown']) {
    expect(await findJava({ min: 90, max: 99 }, { HOME, JAVA_HOME: join(HOME, name) })).toBeUndefined()
  }
})
