import { createRequire } from 'node:module'
import { ConfigError } from '../errors.ts'
import { resolveInstalled } from '../installed-package.ts'

type Wire = typeof import('@bufbuild/protobuf/wire')

/** Protobuf's wire format, of a package that only those install who use `tsmld/kpl`. */
export const { BinaryReader, BinaryWriter, WireType } = loadWire()
export type BinaryReader = InstanceType<Wire['BinaryReader']>
export type BinaryWriter = InstanceType<Wire['BinaryWriter']>

// By require, because a missing package would else be Node's error, before any line of ours runs.
function loadWire(): Wire {
  const file = resolveInstalled('@bufbuild/protobuf/wire')
  if (file !== null) return createRequire(file)(file) as Wire
  throw new ConfigError(
    'tsmld/kpl needs the package @bufbuild/protobuf 2, which is not installed; a bundle needs it in node_modules: npm install @bufbuild/protobuf@2',
  )
}
