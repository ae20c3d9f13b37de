// CommonJS packages that require() Nest (ESM only), such as @willsoto/nestjs-prometheus, run while Jest links the import
// graph: Nest has to be evaluated before that, or Jest reports a require(esm) cycle.
import 'reflect-metadata';
import '@nestjs/common';
import '@nestjs/core';
