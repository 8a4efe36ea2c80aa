// Preloaded into every test file: a warning (a deprecation, a listener leak, …) fails the file that caused it.
process.on('warning', warning => {
  throw warning
})
