import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Variables } from './env-file.js'
import { type ProgramOptions, runProgram } from './run-program.js'

/** Creates a folder and fills it, unless it exists. The folder gets its name only when complete, so an interrupted run starts over. */
export async function installOnce(folder: string, fill: (into: string) => Promise<void>): Promise<void> {
  if (await stat(folder).catch(() => undefined)) return
  const unfinished = `${folder}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { recursive: true })
  await fill(unfinished)
  await mkdir(dirname(folder), { recursive: true })
  await rename(unfinished, folder)
}

/** Downloads an archive with Maven, `group:artifact:version:packaging[:classifier]`, and unpacks it without its top folder. */
export async function unpackFromMaven(
  artifact: string,
  { into, env, signal }: { into: string; env: Variables; signal?: AbortSignal | undefined },
): Promise<void> {
  const download = join(into, 'download')
  await runMaven(['dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${download}`], {
    env,
    cwd: into,
    signal,
  })
  for (const archive of await readdir(download)) {
    const args = ['-xzf', join(download, archive), '-C', into, '--strip-components=1']
    await runProgram('tar', args, { env, signal })
  }
  await rm(download, { recursive: true })
}

/** Runs Maven and returns its standard output. A download with a wrong checksum fails; Maven alone would only warn. */
export async function runMaven(args: readonly string[], options: ProgramOptions): Promise<string> {
  return runProgram(
    'mvn',
    ['--quiet', '--batch-mode', '--strict-checksums', '-Dstyle.color=never', ...args],
    options,
  )
}
