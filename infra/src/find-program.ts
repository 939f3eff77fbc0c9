import { constants } from 'node:fs'
import { access, readdir, readFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import type { Variables } from './env-file.js'

/** Finds a program on the PATH and returns its path. */
export async function findProgram(name: string, { PATH = '' }: Variables): Promise<string | undefined> {
  for (const folder of PATH.split(delimiter)) {
    const path = join(folder, name)
    if (folder !== '' && (await isExecutable(path))) return path
  }
  return undefined
}

/** Returns what `NativePart.missing` reports about Maven, which downloads the metastore and Trino. */
export async function missingMaven(variables: Variables): Promise<string[]> {
  return (await findProgram('mvn', variables)) ? [] : ['Maven (apt-get install maven, brew install maven)']
}

/**
 * Finds the JDK with the lowest major version from `min` to `max` and returns its home folder. Searches JAVA_HOME, the PATH and the
 * folders of common package managers.
 */
export async function findJava(
  { min, max }: { min: number; max: number },
  variables: Variables,
): Promise<string | undefined> {
  const { HOME = '' } = variables
  // JAVA_HOME, and variables such as JAVA_HOME_25_X64, which hosted CI runners set.
  const named = Object.entries(variables).filter(([name]) => name.startsWith('JAVA_HOME'))
  const onPath = await findProgram('java', variables)
  const homes = [
    ...named.map(([, home = '']) => home),
    ...(onPath ? [dirname(dirname(onPath))] : []),
    ...(await foldersIn('/usr/lib/jvm')),
    ...(await foldersIn(join(HOME, '.sdkman', 'candidates', 'java'))),
    ...(await foldersIn('/Library/Java/JavaVirtualMachines')).map((path) => join(path, 'Contents', 'Home')),
    ...[...(await foldersIn('/opt/homebrew/opt')), ...(await foldersIn('/usr/local/opt'))]
      .filter((path) => path.includes('openjdk'))
      .map((path) => join(path, 'libexec', 'openjdk.jdk', 'Contents', 'Home')),
  ]
  const found: { home: string; version: number }[] = []
  for (const home of homes) {
    // A JRE is not enough: java compiles the metastore's launcher from source.
    if (!(await isExecutable(join(home, 'bin', 'javac')))) continue
    const release = await readFile(join(home, 'release'), 'utf8').catch(() => '')
    const version = Number(/^JAVA_VERSION="(\d+)/m.exec(release)?.[1])
    if (version >= min && version <= max) found.push({ home, version })
  }
  return found.sort((a, b) => a.version - b.version)[0]?.home
}

/**
 * Finds the folder with PostgreSQL's server programs, which Debian and Homebrew keep off the PATH: those of the given major version,
 * else the newest from 13 on.
 */
export async function findPostgres(variables: Variables, version?: string): Promise<string | undefined> {
  const installed = [
    ...(await foldersIn('/usr/lib/postgresql')),
    ...(await foldersIn('/opt/homebrew/opt')),
    ...(await foldersIn('/usr/local/opt')),
  ].flatMap((folder) => {
    const found = Number(/(?:\/postgresql\/|postgresql@)(\d+)$/.exec(folder)?.[1])
    const fits = version === undefined ? found >= 13 : found === Number(version)
    return fits ? [{ folder, found }] : []
  })
  const newestFirst = installed.sort((a, b) => b.found - a.found).map(({ folder }) => join(folder, 'bin'))
  const initdb = await findProgram('initdb', { PATH: [...newestFirst, variables.PATH ?? ''].join(delimiter) })
  return initdb && dirname(initdb)
}

async function foldersIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.map((name) => join(folder, name))
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}
