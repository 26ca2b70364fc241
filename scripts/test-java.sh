#!/usr/bin/env bash
# Builds and tests the Java binding: once by Maven on the JDK that Maven runs on, and once more, the same jar and the same
# test classes under the JVM's own checks of its native interface, on the newest JDK that is installed.
# Installs JDK and Maven from the distribution's packages where they are missing.
set -euo pipefail
cd "$(dirname "$0")/.."

began=$SECONDS
echo "test-java: panveil-jni"
bash scripts/toolchain.sh java
export PATH="$HOME/.cargo/bin:$PATH"
cargo test --quiet --locked -p panveil-jni

echo "test-java: Maven, $(java -version 2>&1 | head -n 1)"
mvn -B -q -f bindings/java/pom.xml verify

# The newest JDK under the usual folders; the same one again where there is no other.
newest=$(for java in /usr/lib/jvm/*/bin/java /Library/Java/JavaVirtualMachines/*/Contents/Home/bin/java; do
  [ -x "$java" ] || continue
  echo "$("$java" -XshowSettings:properties -version 2>&1 | sed -n 's/ *java.specification.version = //p') $java"
done | sort -V | tail -n 1)
version=${newest%% *} java=${newest#* }
if [ -z "$java" ]; then java=$(command -v java) version="of PATH"; fi
echo "test-java: the same jar and tests on JDK $version, with -Xcheck:jni"

target=$PWD/bindings/java/target
options=(-Xcheck:jni)
if [ "${version%%.*}" -ge 17 ] 2>/dev/null; then options+=(--enable-native-access=ALL-UNNAMED); fi
output=$(mktemp)
trap 'rm -f "$output"' EXIT
"$java" "${options[@]}" -Dpanveil.root="$PWD" -Dpanveil.jar="$(ls "$target"/panveil-*.jar)" \
  -cp "$(ls "$target"/panveil-*.jar):$target/test-classes:$(cat "$target/test.classpath")" \
  org.junit.platform.console.ConsoleLauncher execute --disable-banner --disable-ansi-colors --details=summary \
  --scan-classpath "$target/test-classes" --fail-if-no-tests >"$output" 2>&1 || { cat "$output"; exit 1; }
grep -E 'tests (found|successful|skipped)' "$output"
# What -Xcheck:jni has to say goes to the output, and does not fail anything by itself.
if grep -nE 'WARNING in native method|FATAL ERROR in native method|in native method:|illegal native access|restricted method' "$output"; then
  echo "test-java: the JVM complains" >&2
  exit 1
fi
echo "test-java: everything passed ($((SECONDS - began)) s)"
