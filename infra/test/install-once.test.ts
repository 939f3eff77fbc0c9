import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env } from 'node:process'
import { expect, test } from 'vitest'
import { findProgram } from '../src/find-program.js'
import { runMaven } from '../src/install-once.js'
import { infraFolder } from '../src/stack-config.js'

const hasMaven = (await findProgram('mvn', env)) !== undefined

test.skipIf(!hasMaven)(
  'a download is used if its checksum is right, and refused if not',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'minilake-maven-'))
    const pom = `<project><modelVersion>4.0.0</modelVersion><groupId>g</groupId><artifactId>a</artifactId><version>1</version><packaging>pom</packaging></project>`
    let hashed = pom
    const server = createServer(({ url = '' }, response) => {
      if (url.endsWith('.pom')) response.end(pom)
      else if (url.endsWith('.pom.sha1')) response.end(createHash('sha1').update(hashed).digest('hex'))
      else response.writeHead(404).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      await writeFile(
        join(folder, 'settings.xml'),
        `<settings><localRepository>${folder}/repository</localRepository><mirrors><mirror><id>m</id><url>${url}</url><mirrorOf>*</mirrorOf></mirror></mirrors></settings>`,
      )
      // Its parent is the first thing that Maven downloads.
      await writeFile(
        join(folder, 'pom.xml'),
        `<project><modelVersion>4.0.0</modelVersion><parent><groupId>g</groupId><artifactId>a</artifactId><version>1</version></parent><artifactId>b</artifactId><packaging>pom</packaging></project>`,
      )
      const run = () => runMaven(['--settings', 'settings.xml', 'validate'], { env, cwd: folder })
      await run()
      await rm(join(folder, 'repository'), { recursive: true })
      hashed = 'another file'
      await expect(run()).rejects.toThrow('mvn exited with 1')
    } finally {
      server.close()
      await rm(folder, { recursive: true, force: true })
    }
  },
  120_000,
)

test("the metastore's image is built with strict checksums too", () => {
  const dockerfile = readFileSync(join(infraFolder, 'metastore', 'Dockerfile'), 'utf8')
  const runs = [...dockerfile.matchAll(/\bmvn .*/g)].map(([line]) => line)
  expect(runs.length).toBeGreaterThan(0)
  for (const line of runs) expect(line).toContain('--strict-checksums')
})
