import { Controller, Get, Header } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';

import { Requires } from '../../access/index.js';
import { type ActionDescriptor, ACTIONS, wpkSchema } from '../../wpk/index.js';

const JSON_SCHEMA = 'application/schema+json';

class ActionDto {
  @ApiProperty({ example: 'kubernetes/restart' })
  name!: string;
  @ApiProperty()
  summary!: string;
  @ApiProperty({ enum: ['read', 'idempotent', 'checkable', 'once'], example: 'checkable' })
  effect!: ActionDescriptor['effect'];
  @ApiProperty()
  mutates!: boolean;
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'JSON Schema of `with`.' })
  input!: object;
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'JSON Schema of `outputs`.' })
  output!: object;
}

class ActionListDto {
  @ApiProperty({ type: [ActionDto] })
  items!: readonly ActionDto[];
}

/** What a package may say: the same files that judge an upload. */
@ApiTags('schemas')
@ApiBearerAuth()
@Controller('v1/schemas')
export class SchemasController {
  @Get('wpk')
  @Requires('workflows:read')
  @Header('content-type', JSON_SCHEMA)
  @ApiOperation({ summary: 'JSON Schema (draft 2020-12) of a workflow package' })
  @ApiOkResponse({ content: { [JSON_SCHEMA]: { schema: { type: 'object', additionalProperties: true } } } })
  wpk(): object {
    return wpkSchema();
  }

  @Get('actions')
  @Requires('workflows:read')
  @ApiOperation({ summary: 'Every action that a step may use, with the schemas of its input and output' })
  actions(): ActionListDto {
    return {
      items: [...ACTIONS.values()].map(({ name, summary, effect, mutates, input, output }) => ({
        ...{ name, summary, effect, mutates, input, output },
      })),
    };
  }
}
