<?php
// Load every class of the generated package; run in its folder.
require '/usr/share/php/GuzzleHttp/autoload.php';

const PREFIX = 'OpenAPI\\Client\\';

spl_autoload_register(static function (string $class): void {
    if (str_starts_with($class, PREFIX)) {
        require 'lib/' . str_replace('\\', '/', substr($class, strlen(PREFIX))) . '.php';
    }
});

$count = 0;
foreach (new RecursiveIteratorIterator(new RecursiveDirectoryIterator('lib')) as $file) {
    if ($file->getExtension() !== 'php') {
        continue;
    }
    $class = PREFIX . str_replace('/', '\\', substr($file->getPathname(), strlen('lib/'), -strlen('.php')));
    if (!class_exists($class) && !interface_exists($class)) {
        fwrite(STDERR, "$class is not in its file\n");
        exit(1);
    }
    $count++;
}
echo "$count classes loaded\n";
