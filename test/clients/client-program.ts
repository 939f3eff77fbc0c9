import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { findJava, findProgram } from '../../infra/src/find-program.js'
import { runMaven } from '../../infra/src/install-once.js'

/** The path of a JDK's `java`. Rejects where there is none that runs Trino's clients. */
export async function javaProgram(): Promise<string> {
  const home = await findJava({ min: 17, max: 99 }, process.env)
  if (home === undefined) throw new Error('the clients of Trino need a JDK 17 or later, and none was found')
  return join(home, 'bin', 'java')
}

/** Fetches a jar by Maven, `group:artifact:version[:packaging:classifier]`, into a folder of its own, and gives its path. */
export async function jarFromMaven(artifact: string, folder: string): Promise<string> {
  if ((await findProgram('mvn', process.env)) === undefined) {
    throw new Error(`${artifact} is fetched by Maven, and mvn was not found`)
  }
  const args = ['dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`]
  await runMaven(args, { cwd: folder, env: process.env })
  const [jar] = (await readdir(folder)).filter((name) => name.endsWith('.jar'))
  if (jar === undefined) throw new Error(`Maven left no jar of ${artifact} in ${folder}`)
  return join(folder, jar)
}

/** The path of a Chromium or Chrome; the variable CHROMIUM says another. Rejects where there is none. */
export async function browserProgram(): Promise<string> {
  const { CHROMIUM } = process.env
  if (CHROMIUM) return CHROMIUM
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    const path = await findProgram(name, process.env)
    if (path !== undefined) return path
  }
  throw new Error('pages are tested in a browser: install chromium, or name one in CHROMIUM')
}
