//! Generators of Java and Kotlin: compiled against the libraries that Debian, PyPI and npm carry.

use std::fs;
use std::process::Command;

use super::bench::{Bench, Failure};
use super::tools::{NPM, PYPI};
use super::{BASE, BY_TAG, Choice, Generator};

const JARS: &str = "/usr/share/java";
const ARRAYS: &str = "https://github.com/OpenAPITools/openapi-generator/issues/17745";

pub(super) const GENERATORS: &[Generator] = &[
    Generator {
        name: "openapi-generator: java",
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
                arguments: &["--schema-mappings", "MetadataValue=java.lang.Object"],
                why: "a union of a text and a number becomes `Object`: Jackson reads one as the other, and both fit",
                link: "https://openapi-generator.tech/docs/customization/#schema-mapping",
            },
            Choice {
                arguments: &[
                    "--schema-mappings",
                    "KnowledgeTag_binding_count=java.lang.Object,WorkflowRun_outputs=java.lang.Object,\
                     WorkflowRun_created_at=java.lang.Object,WorkflowRun_finished_at=java.lang.Object",
                ],
                why: "unions in the document for all releases become `Object`: it writes `Map<String, Object>.class`, which is not Java",
                link: "https://github.com/OpenAPITools/openapi-generator/issues/21433",
            },
            BY_TAG,
            Choice {
                arguments: &["--additional-properties=containerDefaultToNull=true"],
                why: "a list that is missing is null, as other members are, not empty",
                link: "https://openapi-generator.tech/docs/generators/java",
            },
            Choice {
                arguments: &["--additional-properties=supportUrlQuery=false"],
                why: "or it calls its own method on `Object`",
                link: "https://openapi-generator.tech/docs/generators/java",
            },
        ],
        replay: Some(|bench| {
            let mut programs = vec!["Replay.java"];
            if bench.has_calls() {
                programs.push("Calls.java");
            }
            programs.iter().try_for_each(|program| bench.take(program, program))?;
            bench.run(&mut javac(bench, &programs)?)?;
            let mut java = Command::new("java");
            java.arg("-Xmx2g").arg("-cp").arg(java_classes(bench)?).arg("Replay").current_dir(&bench.out);
            bench.replay(&mut java)
        }),
        run: |bench| {
            bench.openapi_generator("java", &["library=native", "openApiNullable=false"])?;
            let list = bench.out.join("sources.txt");
            fs::write(&list, lines(bench, "src/main", "java")?)?;
            bench.run(&mut javac(bench, &[&format!("@{}", list.display())])?)
        },
        ..BASE
    },
    Generator {
        name: "openapi-generator: kotlin",
        needs: &[PYPI, NPM, "java", "/usr/share/java/gson.jar"],
        install: "apt-get install python3-venv npm default-jdk-headless libgoogle-gson-java",
        proof: "kotlinc",
        options: &[
            Choice {
                arguments: &["--additional-properties=serializationLibrary=gson"],
                why: "not for the code's sake: Moshi, which it takes otherwise, is in no registry that this was tried with",
                link: "https://openapi-generator.tech/docs/generators/kotlin",
            },
            Choice {
                arguments: &[
                    "--schema-mappings",
                    "KnowledgeTag_binding_count=kotlin.Any,RetrieveReply_query=kotlin.Any,WorkflowRun_outputs=kotlin.Any,\
                     WorkflowRun_created_at=kotlin.Any,WorkflowRun_finished_at=kotlin.Any",
                ],
                why: "unions in the document for all releases become `Any`: it makes empty classes of them",
                link: "https://github.com/OpenAPITools/openapi-generator/issues/16422",
            },
            Choice {
                arguments: &["--schema-mappings", "MetadataValue=kotlin.Any,SentPrompt=kotlin.Any,ToolIcon=kotlin.Any"],
                why: "the same for unions of a text and something else",
                link: "https://openapi-generator.tech/docs/customization/#schema-mapping",
            },
        ],
        replay: Some(|bench| {
            let mut programs = vec!["Replay.kt"];
            if bench.has_calls() {
                programs.push("Calls.kt");
            }
            programs.iter().try_for_each(|program| bench.take(program, program))?;
            bench.run(&mut kotlinc(bench, &programs)?)?;
            let mut java = Command::new("java");
            java.arg("-Xmx2g").arg("-cp").arg(kotlin_classes(bench)?).arg("Replay").current_dir(&bench.out);
            bench.replay(&mut java)
        }),
        run: |bench| {
            bench.openapi_generator("kotlin", &[])?;
            bench.run(&mut kotlinc(bench, &["src/main/kotlin"])?)
        },
        ..BASE
    },
];

/// The sources below a folder of the output, one a line, as javac takes them from a file.
fn lines(bench: &Bench<'_>, below: &str, extension: &str) -> Result<String, Failure> {
    let folder = bench.out.join(below);
    let files = bench.files(extension)?;
    Ok(files.iter().filter(|file| file.starts_with(&folder)).map(|file| format!("{}\n", file.display())).collect())
}

/// javac for files of the output; what it writes goes to its folder `classes`.
fn javac(bench: &Bench<'_>, files: &[&str]) -> Result<Command, Failure> {
    let mut javac = Command::new("javac");
    javac.args(["-nowarn", "-proc:none", "-d", "classes", "-cp"]).arg(java_classes(bench)?).args(files);
    javac.current_dir(&bench.out);
    Ok(javac)
}

/// The classes of the output and those that it needs. The generator's own jar carries Jackson.
fn java_classes(bench: &Bench<'_>) -> Result<String, Failure> {
    let names = ["httpmime", "httpclient", "httpcore", "geronimo-annotation-1.3-spec"];
    let jars = names.map(|name| format!("{JARS}/{name}.jar")).join(":");
    Ok(format!("classes:{}:{jars}", bench.tools.jar()?.display()))
}

/// The Kotlin compiler for sources below the output; what it writes goes to its folder `classes`.
fn kotlinc(bench: &Bench<'_>, sources: &[&str]) -> Result<Command, Failure> {
    let kotlin = bench.tools.modules().join("kotlin-compiler/lib");
    let mut kotlinc = Command::new("java");
    kotlinc.arg("-Xmx2g").arg("-cp").arg(kotlin.join("kotlin-preloader.jar"));
    kotlinc.args(["org.jetbrains.kotlin.preloading.Preloader", "-cp"]).arg(kotlin.join("kotlin-compiler.jar"));
    kotlinc.args(["org.jetbrains.kotlin.cli.jvm.K2JVMCompiler", "-nowarn", "-d", "classes", "-cp"]);
    kotlinc.arg(kotlin_classes(bench)?).args(sources).current_dir(&bench.out);
    Ok(kotlinc)
}

/// The classes of the output and those that it needs.
fn kotlin_classes(bench: &Bench<'_>) -> Result<String, Failure> {
    let kotlin = bench.tools.modules().join("kotlin-compiler/lib");
    let mut classes = vec!["classes".to_owned(), format!("{JARS}/gson.jar")];
    classes.extend(["kotlin-reflect.jar", "kotlin-stdlib.jar"].map(|name| kotlin.join(name).display().to_string()));
    // A package of npm that happens to carry OkHttp.
    for entry in fs::read_dir(bench.tools.modules().join("allure-commandline/dist/plugins/jira-plugin/lib"))? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with("okhttp-") || name.starts_with("okio-") {
            classes.push(path.display().to_string());
        }
    }
    Ok(classes.join(":"))
}
