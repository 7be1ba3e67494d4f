$ErrorActionPreference = 'Stop'

$places = 'HKLM:\Software\Microsoft\Windows\CurrentVersion\Uninstall\*',
    'HKLM:\Software\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall\*'
$found = Get-ItemProperty -Path $places -ErrorAction SilentlyContinue | Where-Object { $_.DisplayName -eq $Application }
foreach ($entry in $found) {
    if (-not $entry.QuietUninstallString) { throw "$Application has no quiet way to go; remove it in the vendor's console" }
    $done = Start-Process -FilePath 'cmd.exe' -ArgumentList '/c', $entry.QuietUninstallString -Wait -PassThru
    if ($done.ExitCode -notin 0, 3010) { throw "the removal ended with $($done.ExitCode)" }
}
Write-Output "endpoint agent: $Title is removed"
