//! Generators of Java and Kotlin: compiled against the libraries that Debian, PyPI and npm carry.

use std::fs;
use std::process::Command;

use super::bench::{Bench, Failure};
use super::tools::{NPM, PYPI};
use super::{Choice, Generator};

const JARS: &str = "/usr/share/java";
const ARRAYS: &str = "https://github.com/OpenAPITools/openapi-generator/issues/17745";

pub(super) const GENERATORS: &[Generator] = &[
    Generator {
        name: "openapi-generator: java",
        package: "openapi-generator-cli",
        openapi: "3.0",
        needs: &[
            PYPI,
            "java",
            "javac",
            "/usr/share/java/httpmime.jar",
            "/usr/share/java/geronimo-annotation-1.3-spec.jar",
        ],
        install: "apt-get install python3-venv default-jdk-headless libhttpmime-java libgeronimo-annotation-1.3-spec-java",
        proof: "javac, `library=native`",
        options: &[
            Choice {
                arguments: &[
                    "--schema-mappings",
                    "MetadataConditionValue=java.lang.Object,SentPrompt=java.lang.Object",
                ],
                why: "unions with an array in them become `Object`: it writes `List<String>.class`, which is not Java",
                link: ARRAYS,
            },
            Choice {
                arguments: &["--additional-properties=supportUrlQuery=false"],
                why: "or it calls its own method on `Object`",
                link: "https://openapi-generator.tech/docs/generators/java",
            },
        ],
        known: &[],
        replay: None,
        faults: &[],
        run: |bench| {
            bench.openapi_generator("java", &["library=native", "openApiNullable=false"])?;
            // The generator's own jar carries Jackson.
            let mut classpath = vec![bench.tools.jar()?.display().to_string()];
            classpath.extend(
                ["httpmime", "httpclient", "httpcore", "geronimo-annotation-1.3-spec"]
                    .map(|name| format!("{JARS}/{name}.jar")),
            );
            let list = bench.out.join("sources.txt");
            fs::write(&list, lines(bench, "src/main", "java")?)?;
            let mut javac = Command::new("javac");
            javac.args(["-nowarn", "-proc:none", "-d"]).arg(bench.out.join("classes"));
            javac.args(["-cp", &classpath.join(":")]).arg(format!("@{}", list.display()));
            bench.run(&mut javac)
        },
    },
    Generator {
        name: "openapi-generator: kotlin",
        package: "openapi-generator-cli",
        openapi: "3.0",
        needs: &[PYPI, NPM, "java", "/usr/share/java/gson.jar"],
        install: "apt-get install python3-venv npm default-jdk-headless libgoogle-gson-java",
        proof: "kotlinc",
        options: &[Choice {
            arguments: &["--additional-properties=serializationLibrary=gson"],
            why: "not for the code's sake: Moshi, which it takes otherwise, is in no registry that this was tried with",
            link: "https://openapi-generator.tech/docs/generators/kotlin",
        }],
        known: &[],
        replay: None,
        faults: &[],
        run: |bench| {
            bench.openapi_generator("kotlin", &[])?;
            let kotlin = bench.tools.modules().join("kotlin-compiler/lib");
            // A package of npm that happens to carry OkHttp.
            let carried = bench.tools.modules().join("allure-commandline/dist/plugins/jira-plugin/lib");
            let mut classpath =
                vec![format!("{JARS}/gson.jar"), kotlin.join("kotlin-reflect.jar").display().to_string()];
            for entry in fs::read_dir(&carried)? {
                let path = entry?.path();
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                if name.starts_with("okhttp-") || name.starts_with("okio-") {
                    classpath.push(path.display().to_string());
                }
            }
            let mut kotlinc = Command::new("java");
            kotlinc.arg("-Xmx2g").arg("-cp").arg(kotlin.join("kotlin-preloader.jar"));
            kotlinc.args(["org.jetbrains.kotlin.preloading.Preloader", "-cp"]).arg(kotlin.join("kotlin-compiler.jar"));
            kotlinc
                .args(["org.jetbrains.kotlin.cli.jvm.K2JVMCompiler", "-nowarn", "-d"])
                .arg(bench.out.join("classes"));
            kotlinc.args(["-cp", &classpath.join(":")]).arg(bench.out.join("src/main/kotlin"));
            bench.run(&mut kotlinc)
        },
    },
];

/// The sources below a folder of the output, one a line, as javac takes them from a file.
fn lines(bench: &Bench<'_>, below: &str, extension: &str) -> Result<String, Failure> {
    let folder = bench.out.join(below);
    let files = bench.files(extension)?;
    Ok(files.iter().filter(|file| file.starts_with(&folder)).map(|file| format!("{}\n", file.display())).collect())
}
