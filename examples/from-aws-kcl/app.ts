import { createRuntime, streamFromProperties } from 'tsmld'
import { fromAwsKcl } from 'tsmld/aws-kcl'

const app = new URL('./sample_kcl_app.js', import.meta.url) // what the file's executableName starts
const clicks = streamFromProperties('sample.properties', fromAwsKcl(app))
await createRuntime({ streams: [clicks] }).run()
