import { copyFile, mkdir } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { findJava, missingMaven } from './find-program.js'
import { installOnce, runMaven, unpackFromMaven } from './install-once.js'
import { configurationVariables, type NativeContext, type NativePart } from './native-part.js'
import { buildEnvironment, serverEnvironment } from './program-environment.js'
import { metastoreAnswers } from './probe.js'
import { runProgram } from './run-program.js'
import { infraFolder } from './stack-config.js'

// Hadoop needs the JVM's security manager, which later versions no longer have.
const javaVersions = { min: 17, max: 21 }

/** The Hive Metastore: Apache's archive plus the jars of pom.xml. */
export function nativeMetastore({ config, folder, environment, onStep, signal }: NativeContext): NativePart {
  const { ports, versions } = config
  const home = join(folder, 'programs', `metastore-${versions.metastore}`)
  const configuration = join(folder, 'data', 'metastore')
  const source = join(infraFolder, 'metastore')
  const java = async () => join((await findJava(javaVersions, environment)) ?? '', 'bin', 'java')
  const settings = configurationVariables(config)
  const classPath = [configuration, join(home, 'lib', '*'), join(home, 'jars', '*')].join(delimiter)
  const schemaTool = async (task: string) =>
    runProgram(
      await java(),
      [
        ...['-cp', classPath, 'org.apache.hadoop.hive.metastore.tools.MetastoreSchemaTool'],
        ...['-dbType', 'postgres', task],
      ],
      // The tool looks for its SQL scripts below METASTORE_HOME.
      { env: { ...serverEnvironment(environment), ...settings, METASTORE_HOME: home }, signal },
    )

  return {
    name: 'metastore',
    ports: { METASTORE_PORT: ports.metastore },

    missing: async () => [
      ...((await findJava(javaVersions, environment))
        ? []
        : [
            'a JDK 17 to 21 for the metastore (apt-get install openjdk-17-jdk-headless, brew install openjdk@17)',
          ]),
      ...(await missingMaven(environment)),
    ],

    install: () =>
      installOnce(home, async (into) => {
        onStep(`downloading the Hive Metastore ${versions.metastore} (90 MB, first run only)`)
        const artifact = `org.apache.hive:hive-standalone-metastore:${versions.metastore}:tar.gz:bin`
        const env = buildEnvironment(environment)
        await unpackFromMaven(artifact, { into, env, signal })
        const jars = ['--file', join(source, 'pom.xml'), `-DoutputDirectory=${join(into, 'jars')}`]
        await runMaven(['dependency:copy-dependencies', ...jars], { env, cwd: into, signal })
      }),

    prepare: async () => {
      await mkdir(configuration, { recursive: true, mode: 0o700 })
      for (const file of ['metastore-site.xml', 'log4j2.properties']) {
        await copyFile(join(source, file), join(configuration, file))
      }
      // -info fails if there is no schema yet.
      const hasSchema = await schemaTool('-info').then(
        () => true,
        () => false,
      )
      signal?.throwIfAborted()
      if (hasSchema) return
      await schemaTool('-initSchema').catch((cause: unknown) => {
        signal?.throwIfAborted()
        throw new Error(
          `cannot create the metastore's tables: ${cause instanceof Error ? cause.message : String(cause)} (if an earlier attempt was interrupted, remove what it left with minilake down --native --volumes)`,
          { cause },
        )
      })
    },

    program: async () => ({
      command: await java(),
      args: ['-Xmx256m', '-cp', classPath, join(source, 'LoopbackMetastore.java'), String(ports.metastore)],
      env: serverEnvironment(environment),
      settings,
    }),

    endSignal: 'SIGTERM',

    isReady: () => metastoreAnswers(ports.metastore),

    complete: async () => {},
  }
}
