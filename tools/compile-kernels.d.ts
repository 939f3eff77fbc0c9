/** The packages that have kernels, as folders. */
export const kernelPackages: readonly string[]
/** Where a package's compiled kernels are. */
export function compiledPath(folder: string): string
/** Compiles a package's kernels. Returns the text of their module; throws what the compiler says of an error. */
export function compileKernels(folder: string): Promise<string>
