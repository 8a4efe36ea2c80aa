import { kcl as run } from './aws-kcl-app.ts'
import { fromAwsKcl } from './from-aws-kcl.ts'

export type * from './contract.ts'
export type { FromAwsKclOptions } from './from-aws-kcl.ts'
export { fromAwsKcl }

const kcl = Object.assign(run, { fromAwsKcl })

// What require('aws-kcl') and `import kcl from 'aws-kcl'` gave is this function, so that an app changes the package's name and no more.
// biome-ignore lint/style/noDefaultExport: see above
export { kcl as default, kcl as 'module.exports' }
