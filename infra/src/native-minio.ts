import { mkdir } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { findProgram } from './find-program.js'
import { installOnce } from './install-once.js'
import type { NativeContext, NativePart } from './native-part.js'
import { buildEnvironment, serverEnvironment } from './program-environment.js'
import { responseText } from './probe.js'
import { runProgram } from './run-program.js'
import { infraFolder } from './stack-config.js'

/** MinIO, built from source with Go, and its client mc, which creates the bucket and its users. */
export function nativeMinio({ config, folder, environment, onStep, signal }: NativeContext): NativePart {
  const { administrator, lake, maintain, query, ports, versions } = config
  const programs = {
    minio: { module: `github.com/minio/minio@${versions.minio}`, duration: '3 minutes' },
    mc: { module: `github.com/minio/mc@${versions.mc}`, duration: '1 minute' },
  }
  const programFolder = (name: keyof typeof programs) => join(folder, 'programs', `${name}-${versions[name]}`)

  return {
    name: 'minio',
    ports: { MINIO_PORT: ports.minio, MINIO_CONSOLE_PORT: ports.console },

    missing: async () =>
      (await findProgram('go', environment))
        ? []
        : ['Go (https://go.dev/dl, apt-get install golang, brew install go)'],

    install: async () => {
      for (const name of ['minio', 'mc'] as const) {
        const { module, duration } = programs[name]
        await installOnce(programFolder(name), async (into) => {
          onStep(`building ${name} (${duration}, first run only)`)
          await runProgram('go', ['install', module], {
            env: { ...buildEnvironment(environment), GOBIN: into },
            signal,
          })
        })
      }
    },

    prepare: async () => {
      await mkdir(join(folder, 'data', 'minio'), { recursive: true, mode: 0o700 })
    },

    program: () =>
      Promise.resolve({
        command: join(programFolder('minio'), 'minio'),
        args: [
          'server',
          ...['--address', `127.0.0.1:${ports.minio}`, '--console-address', `127.0.0.1:${ports.console}`],
          join(folder, 'data', 'minio'),
        ],
        env: serverEnvironment(environment),
        settings: {
          MINIO_ROOT_USER: administrator.user,
          MINIO_ROOT_PASSWORD: administrator.password,
          MINIO_REGION: config.region,
          MINIO_UPDATE: 'off', // otherwise it looks for a newer version on the network
        },
      }),

    endSignal: 'SIGTERM',

    isReady: async () =>
      (await responseText(`http://127.0.0.1:${ports.minio}/minio/health/ready`)) !== undefined,

    complete: async () => {
      await runProgram('sh', [join(infraFolder, 'minio', 'create-bucket.sh')], {
        env: {
          ...serverEnvironment(environment),
          PATH: [programFolder('mc'), environment.PATH].join(delimiter),
          MC_CONFIG_DIR: join(folder, 'data', 'mc'),
          // Not URL-encoded: mc does not decode them.
          MC_HOST_lake: `http://${administrator.user}:${administrator.password}@127.0.0.1:${ports.minio}`,
          LAKE_ACCESS_KEY: lake.accessKeyId,
          LAKE_SECRET_KEY: lake.secretAccessKey,
          MAINTAIN_ACCESS_KEY: maintain.accessKeyId,
          MAINTAIN_SECRET_KEY: maintain.secretAccessKey,
          QUERY_ACCESS_KEY: query.accessKeyId,
          QUERY_SECRET_KEY: query.secretAccessKey,
        },
        signal,
      })
    },
  }
}
