import { PageKernels } from './page-kernels.js'

/** Kernels that are kept for the next file: enough for most tables. */
const mostIdle = 32

/** Kernels whose memory a large row group has grown beyond this are not kept. What no page has touched of it takes no memory. */
const mostIdleBytes = 24 * 1024 * 1024

const idle: PageKernels[] = []

/**
 * Kernels for one column. Making them takes 10 GB of address space and some MB of memory, so files written one after another share
 * them: give them back with `returnKernels`. Kernels that are not given back are left to the garbage collector.
 */
export function takeKernels(): PageKernels {
  return idle.pop() ?? new PageKernels()
}

/** Takes kernels back that no column uses any more. Keeps at most 32 of them, of at most 24 MiB each, until the process ends. */
export function returnKernels(page: PageKernels): void {
  if (idle.length === mostIdle || page.kernels.memory.buffer.byteLength > mostIdleBytes) return
  page.reuse()
  idle.push(page)
}
