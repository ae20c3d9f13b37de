import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { getMetadataStorage } from 'class-validator';

/** As class-validator keeps it; it publishes no list of what it knows (MetadataStorage.validationMetadatas is private). */
interface Constraint {
  readonly name?: string;
  readonly target: unknown;
  readonly propertyName: string;
  readonly constraints?: readonly unknown[];
  readonly each: boolean;
}

/**
 * What decides over a request also describes it. The compiler plugin of @nestjs/swagger reads decorators as text, so it
 * knows `@Max(90)` but not `@Matches(NAME)`, that a number is an integer, or that a member with a default may be absent.
 */
export function describeValidators(): void {
  const { validationMetadatas } = getMetadataStorage() as unknown as {
    validationMetadatas: ReadonlyMap<unknown, readonly Constraint[]>;
  };
  for (const constraint of [...validationMetadatas.values()].flat()) {
    const options = optionsOf(constraint);
    const { target, propertyName } = constraint;
    if (options && typeof target === 'function') ApiProperty(options)(target.prototype as object, propertyName);
  }
}

const OPTIONS: Readonly<Record<string, (first: unknown) => ApiPropertyOptions>> = {
  isOptional: () => ({ required: false }),
  isInt: () => ({ type: 'integer' }),
  isBoolean: () => ({ type: 'boolean' }),
  isUuid: () => ({ type: 'string', format: 'uuid' }),
  isIso8601: () => ({ format: 'date-time' }),
  isBase64: () => ({ format: 'byte' }),
  arrayMinSize: (bound) => ({ minItems: Number(bound) }),
  arrayMaxSize: (bound) => ({ maxItems: Number(bound) }),
  isIn: (values) => (Array.isArray(values) ? { enum: values as unknown[] } : {}),
  matches: (pattern) => (pattern instanceof RegExp ? { pattern: pattern.source } : {}),
  min: (bound) => ({ minimum: Number(bound) }),
  max: (bound) => ({ maximum: Number(bound) }),
  minLength: (bound) => ({ minLength: Number(bound) }),
  maxLength: (bound) => ({ maxLength: Number(bound) }),
};

function optionsOf({ name, constraints, each }: Constraint): ApiPropertyOptions | undefined {
  return each || name === undefined ? undefined : OPTIONS[name]?.(constraints?.[0]);
}
