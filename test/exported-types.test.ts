import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'

const packagesFolder = join(import.meta.dirname, '..', 'packages')
const packages = readdirSync(packagesFolder)

/** The source files of a package's entry points. */
function entriesOf(name: string): string[] {
  const folder = join(packagesFolder, name)
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    exports: Record<string, { '@minilake/source'?: string }>
  }
  return Object.values(exports).flatMap(({ '@minilake/source': source }) =>
    source === undefined ? [] : [join(folder, source)],
  )
}

/** The nodes of a declaration that its users see: not the bodies of functions, nor initializers. */
function seen(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node)
  ts.forEachChild(node, (child) => {
    if (ts.isBlock(child) || (ts.isExpression(child) && !ts.isExpressionWithTypeArguments(child))) return
    if (ts.canHaveModifiers(child) && isPrivate(child)) return
    seen(child, visit)
  })
}

function isPrivate(node: ts.HasModifiers): boolean {
  return ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword) ?? false
}

/** Whether a declaration is a type of its own: not one that computes others from its parameters, nor a shorthand of one file. */
function isPlainType(node: ts.Declaration): boolean {
  if (ts.isTypeAliasDeclaration(node))
    return node.typeParameters === undefined && ts.getModifiers(node) !== undefined
  return (ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node)) && node.typeParameters === undefined
}

const program = ts.createProgram(packages.flatMap(entriesOf), {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ESNext,
  customConditions: ['@minilake/source'],
  strict: true,
  noEmit: true,
})
const checker = program.getTypeChecker()

const resolved = (symbol: ts.Symbol) =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol

test.each(packages)('%s exports every type that its exports name', (name) => {
  const source = join(packagesFolder, name, 'src') + sep
  const exported = new Set<ts.Symbol>()
  for (const entry of entriesOf(name)) {
    const module = checker.getSymbolAtLocation(program.getSourceFile(entry)!)
    for (const symbol of checker.getExportsOfModule(module!)) exported.add(resolved(symbol))
  }
  expect(exported.size).toBeGreaterThan(0)
  const missing = new Set<string>()
  for (const { name: user, declarations = [] } of exported) {
    for (const declaration of declarations) {
      seen(declaration, (node) => {
        if (!ts.isTypeReferenceNode(node) && !ts.isExpressionWithTypeArguments(node)) return
        const found = checker.getSymbolAtLocation(
          ts.isTypeReferenceNode(node) ? node.typeName : node.expression,
        )
        if (found === undefined) return
        const symbol = resolved(found)
        const [place] = symbol.declarations ?? []
        const file = place?.getSourceFile().fileName
        if (!place || !file?.startsWith(source) || !isPlainType(place)) return
        if (!exported.has(symbol))
          missing.add(`${symbol.name} of ${relative(source, file)}, named by ${user}`)
      })
    }
  }
  expect([...missing].sort()).toEqual([])
})
