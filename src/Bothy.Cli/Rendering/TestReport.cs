using System.Globalization;
using System.Text;
using System.Xml;
using Bothy.Inspection.StructureTests;

namespace Bothy.Cli.Rendering;

/// <summary>The tests of one file on one image.</summary>
/// <param name="File">The file.</param>
/// <param name="Platform">What the image runs on.</param>
/// <param name="Outcomes">How they came out.</param>
internal sealed record TestSuite(string File, string Platform, IReadOnlyList<TestOutcome> Outcomes);

/// <summary>Prints how tests came out.</summary>
internal static class TestReport
{
    /// <summary>For people: a line a test, and its problems.</summary>
    public static string Text(IReadOnlyList<TestSuite> suites)
    {
        var text = new StringBuilder();
        foreach (var suite in suites)
        {
            text.Append(CultureInfo.InvariantCulture, $"{suite.File} on {suite.Platform}\n");
            foreach (var outcome in suite.Outcomes)
            {
                text.Append(CultureInfo.InvariantCulture, $"  {Word(outcome.Verdict),-7}  {outcome.Name}\n");
                foreach (string problem in outcome.Problems)
                {
                    text.Append(CultureInfo.InvariantCulture, $"           {problem}\n");
                }
            }
        }

        return text.Append(CultureInfo.InvariantCulture, $"{Count(suites, TestVerdict.Passed)} passed, {Count(suites, TestVerdict.Failed)} failed, {Count(suites, TestVerdict.NotRun)} not run").ToString();
    }

    /// <summary>For programs.</summary>
    public static string Json(IReadOnlyList<TestSuite> suites) => JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("passed", Count(suites, TestVerdict.Passed));
        writer.WriteNumber("failed", Count(suites, TestVerdict.Failed));
        writer.WriteNumber("notRun", Count(suites, TestVerdict.NotRun));
        writer.WriteStartArray("suites");
        foreach (var suite in suites)
        {
            writer.WriteStartObject();
            writer.WriteString("file", suite.File);
            writer.WriteString("platform", suite.Platform);
            writer.WriteStartArray("tests");
            foreach (var outcome in suite.Outcomes)
            {
                writer.WriteStartObject();
                writer.WriteString("name", outcome.Name);
                writer.WriteString("verdict", Word(outcome.Verdict));
                writer.WriteStartArray("problems");
                foreach (string problem in outcome.Problems)
                {
                    writer.WriteStringValue(problem);
                }

                writer.WriteEndArray();
                if (outcome.Output is { } output)
                {
                    writer.WriteString("output", output);
                    writer.WriteString("error", outcome.Error);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    /// <summary>For build servers: JUnit's XML.</summary>
    public static string JUnit(IReadOnlyList<TestSuite> suites)
    {
        var text = new StringBuilder();
        var settings = new XmlWriterSettings { Indent = true, NewLineChars = "\n", OmitXmlDeclaration = true, CheckCharacters = false };
        using (var xml = XmlWriter.Create(text, settings))
        {
            xml.WriteStartElement("testsuites");
            Counts(xml, suites);
            foreach (var suite in suites)
            {
                xml.WriteStartElement("testsuite");
                xml.WriteAttributeString("name", Clean($"{suite.File} on {suite.Platform}"));
                Counts(xml, [suite]);
                foreach (var outcome in suite.Outcomes)
                {
                    xml.WriteStartElement("testcase");
                    xml.WriteAttributeString("name", Clean(outcome.Name));
                    if (outcome.Verdict != TestVerdict.Passed)
                    {
                        xml.WriteStartElement(outcome.Verdict == TestVerdict.Failed ? "failure" : "skipped");
                        xml.WriteAttributeString("message", Clean(outcome.Problems.FirstOrDefault() ?? ""));
                        xml.WriteString(Clean(string.Join('\n', outcome.Problems)));
                        xml.WriteEndElement();
                    }

                    xml.WriteEndElement();
                }

                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        }

        return text.ToString();
    }

    private static void Counts(XmlWriter xml, IReadOnlyList<TestSuite> suites)
    {
        xml.WriteAttributeString("tests", suites.Sum(static suite => suite.Outcomes.Count).ToString(CultureInfo.InvariantCulture));
        xml.WriteAttributeString("failures", Count(suites, TestVerdict.Failed).ToString(CultureInfo.InvariantCulture));
        xml.WriteAttributeString("skipped", Count(suites, TestVerdict.NotRun).ToString(CultureInfo.InvariantCulture));
    }

    // XML cannot say control characters at all.
    private static string Clean(string text) => string.Concat(text.Select(static c => XmlConvert.IsXmlChar(c) ? c : '\uFFFD'));

    private static int Count(IReadOnlyList<TestSuite> suites, TestVerdict verdict) => suites.Sum(suite => suite.Outcomes.Count(outcome => outcome.Verdict == verdict));

    private static string Word(TestVerdict verdict) => verdict switch
    {
        TestVerdict.Passed => "passed",
        TestVerdict.Failed => "failed",
        _ => "not run",
    };
}
