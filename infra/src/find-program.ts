import { constants } from 'node:fs'
import { access, readdir, readFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import type { Variables } from './env-file.js'

/** The path of a program on the PATH. */
export async function findProgram(name: string, { PATH = '' }: Variables): Promise<string | undefined> {
  for (const folder of PATH.split(delimiter)) {
    const path = join(folder, name)
    if (folder !== '' && (await isExecutable(path))) return path
  }
  return undefined
}

/** What to say where Maven is missing, which two parts are fetched by. */
export async function missingMaven(variables: Variables): Promise<string[]> {
  return (await findProgram('mvn', variables)) ? [] : ['Maven (apt-get install maven, brew install maven)']
}

/** The home of the lowest JDK from `least` to `most`, found where package managers put them. */
export async function findJava(
  { least, most }: { least: number; most: number },
  variables: Variables,
): Promise<string | undefined> {
  const { HOME = '' } = variables
  // JAVA_HOME, and the JAVA_HOME_25_X64 and so on of hosted runners.
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
    // A JDK, not a JRE: the metastore's launcher is run from its source.
    if (!(await isExecutable(join(home, 'bin', 'javac')))) continue
    const release = await readFile(join(home, 'release'), 'utf8').catch(() => '')
    const version = Number(/^JAVA_VERSION="(\d+)/m.exec(release)?.[1])
    if (version >= least && version <= most) found.push({ home, version })
  }
  return found.sort((a, b) => a.version - b.version)[0]?.home
}

/**
 * The folder with PostgreSQL's server programs, of a version or the newest from 13 on: Debian and Homebrew keep them off the PATH.
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
