using System.Runtime.InteropServices;
using Paraformer.Audio.Worker;

// The parent decides when to end, by closing standard input: an interrupt of the terminal is not meant for this process.
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, static context => context.Cancel = true);
using PosixSignalRegistration hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, static context => context.Cancel = true);

LibAvcodec? av = LibAvcodec.TryLoad();
ResourceLimits.Apply();
using Stream input = Console.OpenStandardInput();
using Stream output = Console.OpenStandardOutput();
new RequestLoop(av, input, output).Run();
return 0;
