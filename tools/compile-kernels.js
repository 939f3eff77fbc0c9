// The kernels of a package, written in AssemblyScript, as a module that its sources import: `npm run kernels`.
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import asc from 'assemblyscript/asc'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** The packages that have kernels, as folders. */
export const kernelPackages = readdirSync(join(root, 'packages'))
  .map((name) => join(root, 'packages', name))
  .filter((folder) => existsSync(join(folder, 'assembly/index.ts')))

/** Where a package's compiled kernels are. */
export const compiledPath = (folder) => join(folder, 'src/kernels-wasm.ts')

/** Compiles a package's kernels. Returns the text of their module; throws what the compiler says of an error. */
export async function compileKernels(folder) {
  let wasm
  const { error, stderr } = await asc.main(
    [
      'assembly/index.ts',
      '--baseDir',
      folder,
      '-O3',
      '--noAssert',
      '--runtime',
      'stub',
      '--enable',
      'simd',
      '--use',
      'abort=',
      '-o',
      'wasm',
    ],
    {
      writeFile: (name, contents) => {
        if (name === 'wasm') wasm = contents
      },
    },
  )
  if (error) throw new Error(`${folder}: ${stderr.toString()}`)
  const lines = Buffer.from(wasm)
    .toString('base64')
    .replace(/.{1,100}/g, '$&\n')
  return `// Made of ../assembly by "npm run kernels"; not to be edited.

/** What is used of WebAssembly here, which the types of Node.js leave out. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object) => { exports: unknown }
}

let compiled: object | undefined

/** The kernels of ../assembly, with a memory of their own. Throws an Error where the process has no room for one. */
export function instantiate(): unknown {
  compiled ??= new WebAssembly.Module(Buffer.from(wasm, 'base64'))
  try {
    return new WebAssembly.Instance(compiled).exports
  } catch (cause) {
    throw new Error(
      'WebAssembly expected some 10 GB of address space (not of memory) for each column: raise the limit on virtual memory (ulimit -v)',
      { cause },
    )
  }
}

const wasm = \`
${lines}\`
`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  for (const folder of kernelPackages) writeFileSync(compiledPath(folder), await compileKernels(folder))
