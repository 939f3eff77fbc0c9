import { execFileSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findProgram, findStackProgram, pathFolders, programVersion } from './find-program.js'

const s5cmdModule = { path: 'github.com/peak/s5cmd/v2', version: 'v2.3.0' }
const scriptPath = fileURLToPath(new URL('./boto3_upload.py', import.meta.url))

/**
 * The tools of others that are there, by name, with what runs each; their versions; and those that are not, with the reason. `tools` is
 * a folder for s5cmd, where Go builds it if it is missing; `python` an interpreter that has boto3, or the folder of its environment.
 */
export async function findPeers({ python, tools }) {
  const found = {}
  const [versions, missing] = [[], []]
  for (const [name, find] of Object.entries({ s5cmd, mc, boto3 })) {
    try {
      const { version, ...peer } = find({ python, tools })
      found[name] = peer
      versions.push(version)
    } catch (error) {
      missing.push(`${name}: ${error.message.split('\n')[0]}`)
    }
  }
  return { found, versions, missing }
}

function s5cmd({ tools }) {
  const folders = [...(tools ? [tools] : []), ...pathFolders()]
  if (tools && !findProgram('s5cmd', folders)) buildS5cmd(resolve(tools, 's5cmd'))
  const command = findProgram('s5cmd', folders)
  if (!command) throw new Error(`not on the PATH, and no folder for it is named by --tools`)
  return {
    version: `s5cmd ${outputOf(command, ['version']).trim()}`,
    words: ({ folder, endpoint, bucket, environment }) => ({
      command,
      args: ['--endpoint-url', endpoint, 'cp', `${folder}/bench/*`, `s3://${bucket}/bench/`],
      environment,
    }),
  }
}

/** `go install` would also ask which versions there are, which a proxy need not say. */
function buildS5cmd(program) {
  const { path, version } = s5cmdModule
  const { Dir } = JSON.parse(outputOf('go', ['mod', 'download', '-json', `${path}@${version}`]))
  const named = `-X ${path}/version.Version=${version}`
  outputOf('go', ['build', '-C', Dir, '-mod=readonly', '-ldflags', named, '-o', program, '.'])
}

function mc() {
  const command = findStackProgram('mc')
  if (!command) throw new Error('not in the folder that MINILAKE_STACK_FOLDER names, nor on the PATH')
  if (!/^mc version/.test(outputOf(command, ['--version']))) {
    throw new Error(`${command} is another program of that name`)
  }
  return {
    version: programVersion(command),
    words: ({ folder, endpoint, bucket, environment }) => {
      const { protocol, host } = new URL(endpoint)
      const { AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret } = { ...process.env, ...environment }
      return {
        command,
        args: ['--quiet', 'cp', '--recursive', `${folder}/bench/`, `bench/${bucket}/bench/`],
        environment: {
          MC_HOST_bench: `${protocol}//${key}:${secret}@${host}`,
          MC_CONFIG_DIR: join(folder, '.mc'),
        },
      }
    },
  }
}

function boto3({ python = 'python3' }) {
  const isFolder = existsSync(python) && statSync(python).isDirectory()
  const command = isFolder ? join(python, 'bin', 'python') : python
  let version
  try {
    version = outputOf(command, ['-c', 'import boto3; print("boto3", boto3.__version__)']).trim()
  } catch {
    throw new Error(`${python} expected a Python that has boto3, got none: name one by --python`)
  }
  return {
    version,
    isTimed: true,
    words: ({ folder, endpoint, bucket, environment }) => ({
      command,
      args: [scriptPath, JSON.stringify({ folder, endpoint, bucket })],
      environment: { ...environment, PYTHONDONTWRITEBYTECODE: '1' },
    }),
  }
}

function outputOf(command, args) {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}
