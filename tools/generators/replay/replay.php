<?php
// The replay of openapi-generator's PHP client; run in its folder.
require '/usr/share/php/GuzzleHttp/autoload.php';

use OpenAPI\Client\Api\FilesApi;
use OpenAPI\Client\Api\MessagesApi;
use OpenAPI\Client\ApiException;
use OpenAPI\Client\Configuration;
use OpenAPI\Client\ObjectSerializer;

spl_autoload_register(static function (string $class): void {
    $file = 'lib/' . str_replace('\\', '/', substr($class, strlen('OpenAPI\\Client\\'))) . '.php';
    if (is_file($file)) {
        require $file;
    }
});

function report(mixed $results, callable $work): void
{
    try {
        $result = $work();
    } catch (Throwable $error) {
        $result = ['error' => preg_replace('/\s+/', ' ', $error->getMessage())];
    }
    fwrite($results, json_encode($result, JSON_THROW_ON_ERROR) . "\n");
}

// A union has one class with the members of all branches; the class of an event is that which its tag names.
function class_of(stdClass $schemas, string $schema, mixed $body): string
{
    $union = $schemas->$schema->discriminator ?? null;
    $branch = $union?->mapping->{$body->{$union->propertyName}} ?? $schema;
    $class = '\\OpenAPI\\Client\\Model\\' . basename($branch);
    return class_exists($class) ? $class : 'mixed'; // an object without members has no class
}

// PHP has one type for lists and maps: a map with the keys of a list, or without any, is encoded as a list.
function with_maps(mixed $body, mixed $encoded): mixed
{
    foreach (is_iterable($encoded) || $encoded instanceof stdClass ? (array) $encoded : [] as $name => $value) {
        $part = is_array($body) ? ($body[$name] ?? null) : ($body->$name ?? null);
        is_array($encoded) ? $encoded[$name] = with_maps($part, $value) : $encoded->$name = with_maps($part, $value);
    }
    return $body instanceof stdClass && is_array($encoded) ? (object) $encoded : $encoded;
}

$schemas = json_decode(file_get_contents(getenv('REPLAY_DOCUMENT')))->components->schemas;
$results = fopen(getenv('REPLAY_RESULTS'), 'w');
foreach (file(getenv('REPLAY_CORPUS')) as $text) {
    report($results, static function () use ($schemas, $text): array {
        $line = json_decode($text);
        $body = json_decode($line->body);
        $class = class_of($schemas, $line->schema, $body) . ($line->list ? '[]' : '');
        $encoded = ObjectSerializer::sanitizeForSerialization(ObjectSerializer::deserialize($body, $class));
        return ['encoded' => json_encode(with_maps($body, $encoded), JSON_THROW_ON_ERROR)];
    });
}
if (getenv('DIFY_BASE_URL')) {
    $client = (new Configuration())->setHost(getenv('DIFY_BASE_URL'))->setAccessToken(getenv('DIFY_API_KEY'));
    report($results, static fn (): array => ['upload' => ObjectSerializer::sanitizeForSerialization(
        (new FilesApi(null, $client))->appFilesUpload(new SplFileObject(getenv('REPLAY_FILE')), 'replay')
    )]);
    report($results, static function () use ($client): array {
        try {
            // No server has this conversation.
            (new MessagesApi(null, $client))->appMessagesList('00000000-0000-4000-8000-000000000000', 'replay');
            return ['refusal' => ['error' => 'it was answered']];
        } catch (ApiException $refused) {
            return ['refusal' => ['status' => $refused->getCode(), 'code' => $refused->getResponseObject()->getCode()]];
        }
    });
}
